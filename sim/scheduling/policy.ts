/**
 * Scheduling: which pod next, and which node for it, now. Three forms of an algorithm, from narrow to wide: a score, a placer, a scheduler.
 */
import type { Decisions } from '../cluster/decisions.ts'
import type { ClusterView } from '../cluster/views.ts'
import type { Definition, Parameters } from '../common/define.ts'
import type { DeviceMask, NodeId, PodClassId, PodId, Time } from '../common/ids.ts'
import type { RandomStream } from '../random/stream.ts'
import type { RunBudget } from './profiles/kubernetes/indexed/preemption.ts'
import type { Surroundings } from './profiles/kubernetes/run-pods.ts'

export type { RunBudget, Surroundings }

/** What an algorithm may use besides the view. */
export interface SchedulingContext {
  readonly random: RandomStream
  now(): Time
  /** Wakes the scheduler at this time with reason Timer; several may be pending. */
  wakeAt(time: Time): void
  /** The pods that the run's sources have declared to send, by class; absent or empty: nothing is known before they arrive. */
  readonly declared?: () => readonly PodCount[]
  /** Objects of a Kubernetes cluster beside its pods and nodes; absent: none. */
  readonly surroundings?: Surroundings
  /** Disruption budgets as they are now; absent: none. */
  budgets?(): readonly RunBudget[]
  /** Counts of offers, for schedulers that make some; absent: nobody counts. */
  readonly offers?: () => OfferCounts
}

/** What becomes of resource offers. */
export interface OfferCounts {
  offered(offers: number): void
  /** One offer was answered; `used`: at least in part. */
  answered(used: boolean): void
  /** Offers were taken back: not answered in time, or their node left. */
  rescinded(offers: number): void
  /** How to read the dominant share of each role. */
  watch(shares: () => ReadonlyMap<string, number>): void
}

/** Pods of a class, as many as a source expects in proportion to those of its other classes. */
export interface PodCount {
  readonly podClass: PodClassId
  readonly count: number
}

/**
 * The middle form: one pod, one node. Returns a feasible node or NONE. Reads the view at each call and writes nothing. An index keeps
 * itself up to date with a cursor in `view.log`.
 */
export interface Placer {
  place(pod: PodId, view: ClusterView): NodeId
  /** Nodes that the real algorithm would have examined for the last answer; decision time is charged on it, so index and twin declare the same. */
  readonly examined: number
  /** Devices of the last answer, a bit each; absent or NONE: the cluster picks them (`ClusterView.pickDevices`). */
  readonly devices?: DeviceMask
}

/** Why a scheduler wakes. */
export const Wake = {
  /** Pods arrived in its queue. */
  PodsArrived: 0,
  /** Resources were freed, or a node joined. */
  RoomFreed: 1,
  /** A time that it asked for with `wakeAt` has come. */
  Timer: 2,
  /** Its last decisions were committed. */
  Again: 3,
} as const
export type Wake = (typeof Wake)[keyof typeof Wake]

/**
 * The wide form: sees its pending pods, first in order first, and writes decisions of any kind into `out`. It adds the nodes that it
 * examined to `out.examined`, on which decision time is charged. `pending` is valid during the call only.
 */
export interface Scheduler {
  wake(reason: Wake, view: ClusterView, pending: readonly PodId[], out: Decisions): void
}

/** The narrow form: the feasible node with the highest score, lowest row on ties. */
export type Score = (pod: PodId, node: NodeId, view: ClusterView, values: Readonly<Record<string, unknown>>) => number

/** Any scheduling algorithm: a placer or a scheduler. */
export type SchedulingDefinition = Definition<Placer | Scheduler, SchedulingContext>

/** A member of the family that places pod by pod. */
export type SchedulerDefinition<P extends Parameters = Parameters> = Definition<Placer, SchedulingContext, P> & {
  /** The slow reference implementation: the same decisions by scanning all nodes; the oracle of the tests. */
  twin?(values: never, context: SchedulingContext): Placer
  /** Earlier calls change later answers (a stream of draws, a rotating start); otherwise the contract suite demands that they do not. */
  readonly remembers?: boolean
}
