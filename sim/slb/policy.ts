/** SLB, server load balancing: the contract of a balancer, which decides the backend that a request is sent to. */
import type { Definition, Parameters } from '../common/define.ts'
import type { SlotId, Time } from '../common/ids.ts'
import type { RandomStream } from '../random/stream.ts'

/** Answer of `pick`: there is no backend. The request fails. */
export const NO_BACKEND = -1
/** Answer of `pick`: the balancer instance holds the request and asks again later (see `Balancer.pick`). */
export const QUEUE = -2
/** Answer of `pick`: the request fails at once, as rejected. */
export const REJECT = -3

/** How a request that was sent to a backend ended. */
export const Outcome = {
  Answered: 0,
  Refused: 1, // the pod no longer accepts requests
  TimedOut: 2,
  Rejected: 3, // the pod's queue is full
  Lost: 4, // the pod ended with the request inside
  Cancelled: 5, // the pod that called gave up, which says nothing about the backend
} as const
export type Outcome = (typeof Outcome)[keyof typeof Outcome]

/** What a balancer may read of a request. The object is reused: valid during the call only. */
export interface RequestView {
  /** Identity of the client or session, NONE if there is none. */
  readonly client: number
  /** 0 for the first try. */
  readonly attempt: number
  /** Requests in the queue of this balancer instance, without this one. */
  readonly queued: number
  /** Blocks of tokens that the prompt of a request to a language model begins with; equal leading identities are an equal prefix. Absent or empty: none. */
  readonly blocks?: readonly number[]
  /** The request was held in the queue and is asked for again; absent or false: a new one. */
  readonly again?: boolean
}

/** What a balancer is created with. `wakeAt` and `probe` may be called from the first `added` on, not by the constructor. */
export interface BalancingContext {
  /** Stream of this instance. */
  readonly random: RandomStream
  /** Balancer instances of the service, this one included; absent where it is not known. */
  readonly instances?: number
  /** Simulated time [µs]. */
  now(): Time
  /** Calls `woke(tag)` at `time` [µs], which must not be in the past. Several calls may be pending; there is no cancelling, the tag identifies stale ones. */
  wakeAt(time: Time, tag: number): void
  /**
   * Asks the pod behind the slot how many requests it holds; `probed(slot, tag, inside)` follows after one network round trip, never within this call.
   * An answer for a slot that was removed in the meantime is dropped.
   */
  probe(slot: SlotId, tag: number): void
  /**
   * A structure that all balancers of the service share, since they are notified of the same backends at the same times. `make` is called for the first balancer,
   * which leads: its `added` and `removed` keep the structure up to date, those of the others find it with the backend in it. To be called by the constructor, at
   * most once. A balancer must not store what it knows alone there. Absent where a balancer has nobody to share with.
   */
  shared?<T extends object>(make: () => T): Shared<T>
}

/** A structure shared by the balancers of a service. */
export interface Shared<T> {
  readonly value: T
  /** This balancer keeps it up to date. */
  readonly leads: boolean
}

/** The structure shared through the context, or one of its own. */
export const shareOf = <T extends object>(context: Pick<BalancingContext, 'shared'>, make: () => T): Shared<T> =>
  context.shared?.(make) ?? { value: make(), leads: true }

/**
 * One object per balancer instance and service. It knows only what these functions report to it. Slots are small whole numbers that stand for
 * backends; the caller assigns them and reuses them after removal. A request that was picked here and has not ended is in flight *from here*; requests of other
 * instances are not visible, as in real balancers.
 */
export interface Balancer {
  /** The slot was not present; the weight is a whole number from 1 to 1000000. `zone` is the row of the backend's zone, NONE when it is not known. */
  added(slot: SlotId, weight: number, zone?: number): void
  removed(slot: SlotId): void
  /**
   * Answers one of
   * - a present slot: not `exclude` (NONE, or the slot tried last) unless it is the only one; the request counts as in flight from now on
   * - NO_BACKEND, only when there is no backend
   * - QUEUE: the instance holds the request, first in, first out. It asks again for the head of that queue, and then for the next head until the answer is QUEUE,
   *   after each `added`, `removed`, `ended`, `reported`, `idled`, `probed` and `woke`. A request that times out leaves the queue. A new request is asked for at
   *   once, also when others are queued
   * - REJECT
   */
  pick(request: RequestView, exclude: SlotId): SlotId
  /**
   * The request that was sent to the slot has ended, latency in µs. The slot may have been removed in the meantime. When it has been added again, the caller
   * does not call: the request belonged to the former backend.
   */
  ended(slot: SlotId, latency: Time, outcome: Outcome): void
  /**
   * Reports that pods send without delay and unasked, to a balancer that has these functions. `inside` counts the requests in the pod (queued, blocked and
   * running), whoever sent them, abandoned by their client or not; those in the network are not included. A backend that was added has 0 until its first report.
   */
  reported?(slot: SlotId, inside: number): void
  /** The pod has no request inside. It reports so to one of the service's balancer instances, drawn uniformly: when it becomes idle, and when it is added. */
  idled?(slot: SlotId): void
  /** The pod whose last `idled` went to this instance has received a request, from any instance. */
  busied?(slot: SlotId): void
  /** A time set by `wakeAt` has come. */
  woke?(tag: number): void
  /** What the balancer holds about a present backend, under the names of its source: for `explain balance`, not called in a run. */
  explain?(slot: SlotId): Readonly<Record<string, number>>
  /**
   * The answer to `probe`: requests in the pod, counted as for `reported`; NONE when the pod does not answer (it refuses requests or has ended). `latency` is the
   * median time [µs] that recent requests spent in the pod which found about as many inside, NONE without any, or when the balancer does not have `readsLatency`; absent counts as NONE.
   */
  probed?(slot: SlotId, tag: number, inside: number, latency?: Time): void
  /** Pods keep the latencies that answers to its probes carry. */
  readonly readsLatency?: boolean
  /**
   * Comes with the answer to a request, before its `ended`: the requests that were left in the pod when the answer left it, and the time that the pod worked on the
   * request, without the time queued for a thread [µs].
   */
  answered?(slot: SlotId, inside: number, service: Time): void
  /** Pods report their load every so often [µs] to a balancer that has this and `loadReported`. */
  readonly loadReportPeriod?: Time
  /** Over the last period: requests answered per second, CPU used over the limit of the pod (over its request without a limit), and errors per second. */
  loadReported?(slot: SlotId, rate: number, utilization: number, errors: number): void
}

/** A balancer as listed in the catalogue: name, parameters and how to create an instance. */
export type BalancerDefinition<P extends Parameters = Parameters> = Definition<Balancer, BalancingContext, P>
