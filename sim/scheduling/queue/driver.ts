/**
 * What drives a scheduling algorithm, whichever form it has: pods enter and leave its queue, and a wake makes decisions. A Placer is asked
 * for one pod after another (loop.ts); a Scheduler sees all its pending pods (waking-loop.ts).
 */
import type { Decisions } from '../../cluster/decisions.ts'
import type { Refusals } from '../../cluster/feasibility/reasons.ts'
import type { ClusterView } from '../../cluster/views.ts'
import type { PodId } from '../../common/ids.ts'
import type { Wake } from '../policy.ts'

/** A placer that may have a queue of its own; null: it has none, and the run's queue drives it. */
export interface Driven {
  drive(view: ClusterView): SchedulingDriver | null
}

/** The queue of one scheduler and the algorithm behind it. */
export interface SchedulingDriver {
  /** Pending pods, those included that are known to fit nowhere. */
  readonly waiting: number
  /** A pod was created. */
  enqueue(pod: PodId): void
  /** A pending pod was deleted, or placed by another scheduler. */
  drop(pod: PodId): void
  /** The commit did not accept a bind: the pod is pending again. */
  refused(pod: PodId): void
  /** Whether a wake after the last one may decide more although nothing else has happened. */
  readonly again: boolean
  /** Whether a wake in the present state of the cluster has nothing to decide, whatever its reason. */
  readonly idle: boolean
  /** Binds that stand or fall together are not all made: the next wake goes on at the same instant, as part of the same decision. */
  readonly unfinished: boolean
  /** Writes decisions; false when there was nothing to decide. The caller commits between two wakes. */
  wake(reason: Wake, view: ClusterView, out: Decisions): boolean
  /** Calls back for each pod that was examined and found no node, first in order first. */
  unschedulable(visit: (pod: PodId) => void): void
  /** Why no node can run the pod, where the algorithm has rules beside those of the cluster. */
  refusals?(pod: PodId): Refusals | null
}
