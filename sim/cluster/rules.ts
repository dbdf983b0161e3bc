/**
 * Rules about where a pod runs, as the API of Kubernetes writes them: by labels of nodes, by other pods, by ports of the node. What is absent is
 * none. Rules about nodes hold for every scheduler; rules about other pods are known to the scheduler `kubernetes` only.
 */
import type { NodeId } from '../common/ids.ts'

/** Keys and values of labels. */
export type Labels = Readonly<Record<string, string>>

/** One condition about a label, or about a field in `matchFields`. */
export interface Requirement {
  readonly key: string
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'Gt' | 'Lt'
  readonly values?: readonly string[] | null
}

/** Selects by labels. Absent: nothing; without conditions: everything. */
export interface LabelSelector {
  readonly matchLabels?: Labels | null
  readonly matchExpressions?: readonly Requirement[] | null
}

/** A list of conditions that must all hold; one without any matches no node. */
export interface NodeSelectorTerm {
  readonly matchExpressions?: readonly Requirement[] | null
  readonly matchFields?: readonly Requirement[] | null
}

/** Terms of which one must match. */
export interface NodeSelector {
  readonly nodeSelectorTerms: readonly NodeSelectorTerm[]
}

/** A term that nodes are preferred by. */
export interface PreferredNodeTerm {
  readonly weight: number
  readonly preference: NodeSelectorTerm
}

/** A rule about the pods that run in the same domain of a topology key. */
export interface PodAffinityTerm {
  readonly labelSelector?: LabelSelector | null
  readonly topologyKey: string
  readonly namespaces?: readonly string[] | null
  readonly namespaceSelector?: LabelSelector | null
  readonly matchLabelKeys?: readonly string[] | null
  readonly mismatchLabelKeys?: readonly string[] | null
}

/** Required and preferred rules about other pods. */
export interface PodAffinity {
  readonly requiredDuringSchedulingIgnoredDuringExecution?: readonly PodAffinityTerm[] | null
  readonly preferredDuringSchedulingIgnoredDuringExecution?:
    readonly { readonly weight: number; readonly podAffinityTerm: PodAffinityTerm }[] | null
}

/** All affinities of a pod. */
export interface Affinity {
  readonly nodeAffinity?: {
    readonly requiredDuringSchedulingIgnoredDuringExecution?: NodeSelector | null
    readonly preferredDuringSchedulingIgnoredDuringExecution?: readonly PreferredNodeTerm[] | null
  } | null
  readonly podAffinity?: PodAffinity | null
  readonly podAntiAffinity?: PodAffinity | null
}

/** How evenly pods of a selection are spread over the domains of a topology key. */
export interface SpreadConstraint {
  readonly maxSkew: number
  readonly topologyKey: string
  readonly whenUnsatisfiable: 'DoNotSchedule' | 'ScheduleAnyway'
  readonly labelSelector?: LabelSelector | null
  readonly minDomains?: number | null
  readonly nodeAffinityPolicy?: 'Honor' | 'Ignore' | null
  readonly nodeTaintsPolicy?: 'Honor' | 'Ignore' | null
  readonly matchLabelKeys?: readonly string[] | null
}

/** A port of the node that a pod occupies. */
export interface HostPort {
  /** 0.0.0.0: every address of the node. */
  readonly ip: string
  readonly protocol: string
  readonly port: number
}

/** What a pod says beside its requests, its node selector and its tolerations. */
export interface PodRules {
  /** Default: default. */
  readonly namespace?: string
  readonly affinity?: Affinity
  readonly topologySpreadConstraints?: readonly SpreadConstraint[]
  readonly hostPorts?: readonly HostPort[]
  /** Image of each container and init container. */
  readonly images?: readonly string[]
  readonly preemptionPolicy?: 'PreemptLowerPriority' | 'Never'
  /** The pod is not scheduled while it has one. */
  readonly schedulingGates?: readonly string[]
  /** The profile of the scheduler `kubernetes` that decides about the pod; absent: its default one. */
  readonly schedulerName?: string
  /** The controller that owns it. */
  readonly owner?: { readonly kind: string; readonly name: string }
  /** The only node that it accepts. */
  readonly nodeName?: string
  /** What scores count in place of the requests, where containers mention no cpu or memory [millicores, bytes]. */
  readonly scored?: { readonly cpu: number; readonly memory: number }
}

/** Images on nodes while a run pulls and removes them. */
export interface ImagesView {
  has(node: NodeId, name: string): boolean
  on(node: NodeId): readonly NodeImage[]
  /** Size and number of nodes by name; nodes may be 0. */
  readonly states: ReadonlyMap<string, { readonly size: number; readonly nodes: number }>
}

/** An image on a node. */
export interface NodeImage {
  readonly names: readonly string[]
  /** [bytes] */
  readonly size: number
}
