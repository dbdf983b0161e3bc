/** Scheduling: which pod next, and which node for it, now. Doors from narrow to wide: score, place, wake. */
import type { Definition, Parameters } from '../common/define.ts'
import type { ClusterView } from '../cluster/views.ts'
import type { Decisions } from '../cluster/decisions.ts'
import type { RandomStream } from '../random/stream.ts'

export interface SchedulingContext {
  readonly random: RandomStream
  now(): number
}

/**
 * The middle door: one pod, one node. Returns a feasible node's row or NONE. Reads the view at each call and writes nothing.
 * An index keeps itself up to date with a cursor in `view.log`.
 */
export interface Placer {
  place(pod: number, view: ClusterView): number
  /** Nodes the real algorithm would have examined for the last answer; decision time is charged on it, so index and naive twin declare the same. */
  readonly examined: number
}

export const Wake = { PodsArrived: 0, RoomFreed: 1, Timer: 2 } as const

/** The wide door: wakes, reads a view, writes decisions into reusable columns. */
export interface Scheduler {
  wake(reason: number, view: ClusterView, out: Decisions): void
}

/** The narrow door: the feasible node with the highest score, lowest row on ties. */
export type Score = (pod: number, node: number, view: ClusterView, values: Readonly<Record<string, unknown>>) => number

export type SchedulerDefinition<P extends Parameters = Parameters> = Definition<Placer, SchedulingContext, P> & {
  /** The slow, obvious twin: same decisions by scanning all nodes; the oracle of the tests. */
  twin?(values: never, context: SchedulingContext): Placer
  /** Earlier calls change later answers (a stream of draws, a rotating start); otherwise the contract suite demands that they do not. */
  readonly remembers?: boolean
}
