/** The contract of a node autoscaler: which pools get new nodes, and which nodes are drained. */
import type { Definition, Parameters } from '../../common/define.ts'
import type { NodeId, PodId, PoolId, Time } from '../../common/ids.ts'
import type { Column, ClusterView } from '../../cluster/views.ts'
import type { BinType, Packer } from '../../binpacking/policy.ts'
import type { RandomStream } from '../../random/stream.ts'

/** Given to the node autoscaler of a run when it is created. */
export interface NodesContext {
  now(): Time
  /** The estimator: the packer of the run, or first-fit in order of arrival when none is chosen. */
  readonly packer: Packer
  /** For ties and random choices. */
  readonly random: RandomStream
}

/** A pool that can grow and shrink. */
export interface ScalablePool {
  readonly pool: PoolId // row of the pool, for `add`
  /** The node that would be added next. */
  readonly type: BinType
  /** Nodes that have joined or are ordered. */
  readonly count: number
  readonly min: number // least count
  readonly max: number // largest count
}

/** The cluster as a node autoscaler sees it in one scan. */
export interface NodesScalingView {
  readonly now: Time // simulated time [µs]
  readonly cluster: ClusterView // nodes, pods and classes, as a scheduler sees them
  readonly pools: readonly ScalablePool[] // the pools that can grow and shrink
  /** Classes of the pods that fit no node, oldest first. */
  readonly pending: Column
  readonly pendingCount: number // length of `pending`
  /** Pool of each node that is ordered but has not joined. Pending pods that fit on these need no further node. */
  readonly upcoming: Column
  readonly upcomingCount: number // length of `upcoming`
  /** Whether this pod may be moved away from its node (it belongs to a controller that will replace it). */
  movable(pod: PodId): boolean
  /** Calls `visit` for each pod on the node. */
  eachPodOn(node: NodeId, visit: (pod: PodId) => void): void
}

/** Receives the decisions of one scan. */
export interface NodeChanges {
  /** Orders `count` nodes of the pool. */
  add(pool: PoolId, count: number): void
  /** Cordons the node, moves its pods away and removes it when it is empty. */
  drain(node: NodeId): void
}

/** Scans the cluster once per period and writes its decisions into `out`. */
export interface NodeAutoscaler {
  /** Period [µs]. */
  readonly every: Time
  propose(view: NodesScalingView, out: NodeChanges): void
}

export type NodeAutoscalerDefinition<P extends Parameters = Parameters> = Definition<NodeAutoscaler | null, NodesContext, P>
