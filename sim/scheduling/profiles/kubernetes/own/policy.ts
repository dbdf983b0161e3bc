/** A user's own plugin of kube-scheduler: a filter, a score or both, which run beside the built-in ones in snapshots (`explain schedule`) and in runs. */
import type { OwnAlgorithm } from '../../../../common/adopt.ts'
import type { Definition, ParameterValue } from '../../../../common/define.ts'
import type { Labels, KubeTaint } from '../objects.ts'

/** What an answer may depend on beside the pod's own fields: what never changes of the node; the node with its pods; anything in the cluster. */
export const DEPENDENCIES = ['static', 'node', 'pods'] as const
export type Dependency = (typeof DEPENDENCIES)[number]

/** How scores are scaled to 0 to 100: the highest score of the feasible nodes becomes 100 (`highest`) or 0 (`lowest`). */
export const NORMALIZATIONS = ['highest', 'lowest'] as const
export type Normalization = (typeof NORMALIZATIONS)[number]

/** A pod. All pods with equal fields are the same to a plugin. */
export interface PluginPod {
  readonly namespace: string
  readonly labels: Labels
  readonly priority: number
  /** 0 where the pod does not name the resource; cpu in millicores, memory in bytes. */
  requested(resource: string): number
}

/** A node. What a plugin with `depends: 'static'` may read comes first, the rest is refused to it. */
export interface PluginNode {
  readonly name: string
  /** With the labels of its host name and zone. */
  readonly labels: Labels
  readonly taints: readonly KubeTaint[]
  /** 0 where the node does not have the resource; cpu in millicores, memory in bytes, pods. */
  allocatable(resource: string): number
  /** Sum over the pods on the node. */
  requested(resource: string): number
  /** allocatable - requested. */
  free(resource: string): number
  /** Pods on the node, terminating ones included. */
  pods(): readonly PluginPod[]
}

/** The cluster, for plugins with `depends: 'pods'`. */
export interface PluginCluster {
  /** In the order of the search. */
  readonly nodes: readonly PluginNode[]
}

/** Values of the file's parameters. */
export type PluginValues = Readonly<Record<string, ParameterValue>>

/** The default export of a plugin file; `filter`, `score` or both. Keep no state in the object: answers are kept until what they depend on changes. */
export interface OwnPlugin extends OwnAlgorithm {
  /** 'static' is asked once for each pod class and node, 'node' again when the node or its pods change, 'pods' for every pod. */
  readonly depends: Dependency
  /** True: the pod may run there. False, or why not as kube-scheduler would word it ("node(s) had no power left"). */
  filter?(pod: PluginPod, node: PluginNode, cluster: PluginCluster, values: PluginValues): boolean | string
  /** A whole number from 0 to 100; with `normalize`, any whole number from 0 on. */
  score?(pod: PluginPod, node: PluginNode, cluster: PluginCluster, values: PluginValues): number
  readonly normalize?: Normalization
}

/** The functions of a plugin with its values. */
export interface PluginFunctions {
  filter?(pod: PluginPod, node: PluginNode, cluster: PluginCluster): unknown
  score?(pod: PluginPod, node: PluginNode, cluster: PluginCluster): unknown
}

/** A plugin file that was found valid. */
export interface PluginDefinition extends Definition<PluginFunctions, undefined> {
  readonly depends: Dependency
  readonly normalize: Normalization | null
  /** Extension points that it has a function for. */
  readonly points: readonly ('filter' | 'score')[]
}
