/** How many nodes of which type. */
import type { Definition, Parameters } from '../../common/define.ts'
import type { Column, ClusterView } from '../../cluster/views.ts'
import type { BinType, Packer } from '../../binpacking/policy.ts'

export interface NodesContext {
  now(): number
  /** The estimator: the packer of the run, or first-fit in order of arrival when none is chosen. */
  readonly packer: Packer
}

/** A pool that can grow and shrink. `type` is the node it would add next. */
export interface ScalablePool {
  readonly pool: number
  readonly type: BinType
  /** Nodes there or on their way. */
  readonly count: number
  readonly min: number
  readonly max: number
}

export interface NodesScalingView {
  readonly now: number
  readonly cluster: ClusterView
  readonly pools: readonly ScalablePool[]
  /** Classes of the pods that found no room, oldest first. */
  readonly pending: Column
  readonly pendingCount: number
  /** Nodes ordered but not there: pool of each. Pending pods that fit on them need no further node. */
  readonly upcoming: Column
  readonly upcomingCount: number
  /** May this pod be moved away from its node (it belongs to a controller that will replace it)? */
  movable(pod: number): boolean
  /** Calls back for each pod on the node. */
  eachPodOn(node: number, visit: (pod: number) => void): void
}

/** Reusable sheet for the answer. */
export interface NodeChanges {
  add(pool: number, count: number): void
  /** Cordons the node, moves its pods away and removes it when it is empty. */
  drain(node: number): void
}

export interface NodeAutoscaler {
  readonly every: number
  propose(view: NodesScalingView, out: NodeChanges): void
}

export type NodeAutoscalerDefinition<P extends Parameters = Parameters> = Definition<NodeAutoscaler | null, NodesContext, P>
