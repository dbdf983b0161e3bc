/** Pods that a cluster has when a run begins, as a snapshot of a real one states them: where they are, and who keeps them. */
import type { NodeId, Time } from '../common/ids.ts'
import type { LabelSelector } from '../cluster/rules.ts'
import type { PodShape } from '../cluster/spec.ts'
import type { Surroundings } from '../scheduling/policy.ts'

/**
 * Who keeps a pod: a controller that replaces it (`replaced`), a DaemonSet, which has one on each node that admits it (`daemon`), its node, with which it
 * leaves (`node`), or nobody (`bare`).
 */
export type Keeping = 'replaced' | 'daemon' | 'node' | 'bare'

/** Equal pods. */
export interface PresentKind {
  readonly shape: PodShape
  readonly keeping: Keeping
  /** Scheduler that places its replacements, a row as in `Background.scheduler`. */
  readonly scheduler: number
  /** The pods are terminating and leave this time after the origin [µs]; absent: they stay. */
  readonly leaves?: Time
}

/** A disruption budget with its state when the run begins. */
export interface PresentBudget {
  readonly namespace: string
  /** Null selects nothing. */
  readonly selector: LabelSelector | null
  readonly allowed: number
}

/** A cluster that is in operation when the run begins. */
export interface Present {
  readonly kinds: readonly PresentKind[]
  /** By pod: its kind, and its node, NONE while it is pending; pending pods in the order in which they queue. */
  readonly kind: ArrayLike<number>
  readonly node: ArrayLike<NodeId>
  /** By service of the run: nodes on which its first pods are. */
  readonly services: readonly (readonly NodeId[])[]
  /** Nodes that take no pods until they are uncordoned. */
  readonly cordoned: readonly NodeId[]
  readonly surroundings: Surroundings
  readonly budgets: readonly PresentBudget[]
}
