/** SLB, server load balancing: which replica takes this flow or request. */
import type { Definition, Parameters } from '../common/define.ts'
import type { RandomStream } from '../random/stream.ts'

export interface BalancingContext {
  readonly random: RandomStream
  now(): number
}

/** Answers that are not a slot. */
export const NO_BACKEND = -1

export const Outcome = {
  Answered: 0,
  Refused: 1, // the pod no longer listens
  TimedOut: 2,
  Rejected: 3, // the pod's queue is full
  Lost: 4, // the pod went away with the request
} as const

export interface RequestView {
  /** Client or session identity, -1 for none. */
  readonly key: number
  /** 0 for the first try. */
  readonly attempt: number
}

/**
 * One instance per (device, service). It knows only what it was told: slots are small whole numbers that stand for backends,
 * given by the device, reused after removal. Requests it has picked and not seen ended are in flight *from here*; other
 * instances' requests are not visible, as in real balancers.
 */
export interface Balancer {
  /** The slot is free; the weight is a whole number from 1 to 1000000. */
  added(slot: number, weight: number): void
  removed(slot: number): void
  /**
   * A present slot other than `exclude` when there is another (`exclude` is -1 or the slot tried last), else the excluded one, else
   * NO_BACKEND. Counts as in flight from now on.
   */
  pick(request: RequestView, exclude: number): number
  /**
   * The request that was sent to the slot is over, latency in µs; the slot may have been removed in between. When it has been given
   * again, the device does not call: the request belonged to the former occupant.
   */
  ended(slot: number, latency: number, outcome: number): void
  /**
   * What pods say of themselves, at once and without being asked, to a balancer that has these functions. `inside` counts the requests in
   * the pod, queued, waiting and running, whoever sent them, given up by their client or not; those on their way there are not in it. A
   * backend that was added has none until it says so.
   */
  reported?(slot: number, inside: number): void
  /** The pod has nothing inside, and tells this one of the service's balancers, drawn uniformly: when it falls idle, and when it joins. */
  idled?(slot: number): void
  /** The pod that told this balancer last that it was idle has got a request, from whomever. */
  busied?(slot: number): void
}

export type BalancerDefinition<P extends Parameters = Parameters> = Definition<Balancer, BalancingContext, P>
