/** What `orchsim explain` prints; a type per line of its JSON. */
import type { DecisionRecord } from '../../sim/index.ts'
import type { Snapshot } from '../../workloads/index.ts'

/** What can be explained. */
export const DECISIONS: readonly string[] = ['schedule', 'balance', 'rollout', 'autoscale']

/** What is known about one pod. */
export interface Explanation {
  /** namespace/name */
  readonly pod: string
  readonly priority: number
  /** What a filter counts: cpu in millicores, others in bytes or as a count. */
  readonly requests: Readonly<Record<string, number>>
  /** Why the pod is not in the queue; empty when it is. */
  readonly gates: string
  /** Null for a pod that waits for its gates. */
  readonly decision: DecisionRecord | null
}

/** What is known about the snapshot. */
export interface SnapshotHead {
  readonly snapshot: string
  readonly nodes: number
  readonly running: number
  readonly pending: number
  readonly finished: number
  readonly explained: number
  readonly otherKinds: Snapshot['otherKinds']
  readonly warnings: readonly string[]
}
