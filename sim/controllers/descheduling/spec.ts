/**
 * What a run says about its descheduler: when it looks, which pods it spares, how many it evicts, and its plugins with their arguments, in the
 * words of the Kubernetes descheduler. Percentages are of the allocatable amounts, by requests.
 */
import type { Time } from '../../common/ids.ts'

/** Percent by resource. */
export type Thresholds = Readonly<Record<string, number>>

/** Namespaces by name; without `include` all that are not excluded. */
export interface Namespaces {
  readonly include?: readonly string[]
  readonly exclude?: readonly string[]
}

/** Moves pods from nodes above `targetThresholds` to make use of nodes below `thresholds`. */
export interface LowNodeUtilization {
  readonly kind: 'LowNodeUtilization'
  readonly thresholds: Thresholds
  readonly targetThresholds: Thresholds
  /** The thresholds are distances from the mean of the nodes. */
  readonly useDeviationThresholds: boolean
  /** Nothing is done while no more nodes than this are underutilized. */
  readonly numberOfNodes: number
  readonly excludedNamespaces: readonly string[]
  /** Most pods that it evicts from a node in a cycle; absent: as many as needed. */
  readonly perNode?: number
}

/** Empties nodes below `thresholds`, so that their pods are packed elsewhere. */
export interface HighNodeUtilization {
  readonly kind: 'HighNodeUtilization'
  readonly thresholds: Thresholds
  readonly numberOfNodes: number
  readonly excludedNamespaces: readonly string[]
  /** Evicts only pods that request one of the resources that have a threshold. */
  readonly onlyThresholdingResources: boolean
}

/** Spreads pods of one controller that share a node. */
export interface RemoveDuplicates {
  readonly kind: 'RemoveDuplicates'
  readonly excludeOwnerKinds: readonly string[]
  readonly namespaces: Namespaces
}

/** Evicts pods of domains that exceed the maxSkew of a topology spread constraint. */
export interface RemovePodsViolatingTopologySpreadConstraint {
  readonly kind: 'RemovePodsViolatingTopologySpreadConstraint'
  readonly constraints: readonly ('DoNotSchedule' | 'ScheduleAnyway')[]
  /** Only pods that fit on a node of a domain below the mean. */
  readonly topologyBalanceNodeFit: boolean
  readonly namespaces: Namespaces
}

/** A plugin with its arguments. */
export type PluginSpec = LowNodeUtilization | HighNodeUtilization | RemoveDuplicates | RemovePodsViolatingTopologySpreadConstraint

/** Which pods may be evicted. */
export interface EvictorSpec {
  /** Only pods that fit on another node. */
  readonly nodeFit: boolean
  /** Only pods whose controller has at least this many. */
  readonly minReplicas: number
  /** Only pods that have had their node for this long. */
  readonly minPodAge: Time
  /** Only pods below this priority; absent: all. */
  readonly priorityThreshold?: number
  readonly evictLocalStoragePods: boolean
  readonly evictSystemCriticalPods: boolean
  readonly ignorePvcPods: boolean
  readonly ignorePodsWithoutPDB: boolean
}

/** The descheduler of a run. */
export interface DeschedulerSpec {
  /** Time between two cycles. */
  readonly every: Time
  /** Most evictions of a cycle; absent: no limit. */
  readonly limits: { readonly node?: number; readonly namespace?: number; readonly total?: number }
  readonly evictor: EvictorSpec
  /** In the order in which they run. */
  readonly plugins: readonly PluginSpec[]
}
