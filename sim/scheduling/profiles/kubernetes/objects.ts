/**
 * The objects that kube-scheduler reads, in the shape of the Kubernetes API with quantities as whole numbers: cpu in millicores, memory,
 * ephemeral-storage and hugepages in bytes, everything else in units. What is absent is none, zero, empty or false.
 */
import type { Affinity, Labels, LabelSelector, NodeSelector, SpreadConstraint } from '../../../cluster/rules.ts'
import type { Taint, TaintEffect } from '../../../cluster/spec.ts'

export type {
  Affinity,
  Labels,
  LabelSelector,
  NodeSelector,
  NodeSelectorTerm,
  PodAffinity,
  PodAffinityTerm,
  PreferredNodeTerm,
  Requirement,
  SpreadConstraint,
} from '../../../cluster/rules.ts'

/** Amounts by name of the resource. */
export type Amounts = Readonly<Record<string, number>>

/** A taint with the optional fields of the API. */
export type KubeTaint = Omit<Taint, 'value'> & { readonly value?: string | null }

/** A toleration with the optional fields of the API. */
export interface KubeToleration {
  readonly key?: string | null
  readonly operator?: 'Equal' | 'Exists' | '' | null
  readonly value?: string | null
  readonly effect?: '' | TaintEffect | null
}

/** A port that a container declares. */
export interface KubePort {
  readonly containerPort?: number
  readonly hostPort?: number | null
  readonly hostIP?: string | null
  readonly protocol?: string | null
}

/** A container; `restartPolicy` Always on an init container makes it a sidecar. A limit without a request is the request. */
export interface KubeContainer {
  readonly name?: string
  readonly image?: string | null
  readonly requests?: Amounts | null
  readonly limits?: Amounts | null
  readonly ports?: readonly KubePort[] | null
  readonly restartPolicy?: string | null
}

/** What a pod mounts and the scheduler cares about. */
export interface KubeVolume {
  /** PersistentVolumeClaim of the pod's namespace. */
  readonly claim?: string | null
  /** The claim is created for the pod and deleted with it. */
  readonly ephemeral?: boolean
}

/** A pod. */
export interface KubePod {
  readonly name: string
  readonly namespace: string
  readonly labels?: Labels | null
  readonly priority?: number
  readonly preemptionPolicy?: string | null
  /** [Unix seconds] */
  readonly startTime?: number | null
  /** It has a deletion timestamp. */
  readonly terminating?: boolean
  /** Time that it had to terminate [s]. */
  readonly deletionGrace?: number | null
  /** The deletion is a preemption by the scheduler. */
  readonly preempted?: boolean
  /** The controller that owns it. */
  readonly owner?: { readonly kind: string; readonly name: string } | null
  readonly hostNetwork?: boolean
  /** The only node it accepts (`spec.nodeName` of a pod that is not placed yet). */
  readonly requestedNode?: string | null
  readonly nodeSelector?: Labels | null
  readonly affinity?: Affinity | null
  readonly tolerations?: readonly KubeToleration[] | null
  readonly topologySpreadConstraints?: readonly SpreadConstraint[] | null
  readonly overhead?: Amounts | null
  readonly containers: readonly KubeContainer[]
  readonly initContainers?: readonly KubeContainer[] | null
  /** Requests of the pod as a whole, which replace the sums of its containers. */
  readonly podRequests?: Amounts | null
  readonly volumes?: readonly KubeVolume[] | null
  readonly schedulingGates?: readonly string[] | null
  /** The node that runs it. */
  readonly node?: string | null
  /** The node that an earlier preemption promised to it. */
  readonly nominatedNode?: string | null
}

/** A node. */
export interface KubeNode {
  readonly name: string
  readonly labels?: Labels | null
  readonly allocatable?: Amounts | null
  readonly taints?: readonly KubeTaint[] | null
  readonly unschedulable?: boolean
  readonly images?: readonly { readonly names?: readonly string[] | null; readonly size: number }[] | null
}

/** A PodDisruptionBudget with its status. */
export interface KubeBudget {
  readonly namespace: string
  readonly name: string
  readonly selector?: LabelSelector | null
  readonly disruptionsAllowed: number
  /** Pods whose eviction the API server has already granted. */
  readonly disruptedPods?: readonly string[] | null
}

/** A Service; the default spread constraints read its selector. */
export interface KubeService {
  readonly namespace: string
  readonly name: string
  readonly selector?: Labels | null
}

/** An owner of pods; the selector of a ReplicationController, a map of labels, stands in `matchLabels`. */
export interface KubeWorkload {
  readonly kind: string
  readonly namespace: string
  readonly name: string
  readonly selector?: LabelSelector | null
}

/** A PersistentVolumeClaim. */
export interface KubeClaim {
  readonly namespace: string
  readonly name: string
  /** Name of its volume; it is bound once `bound` is set. */
  readonly volume?: string | null
  readonly bound?: boolean
  /** Its volume is gone. */
  readonly lost?: boolean
  readonly terminating?: boolean
  readonly storageClass?: string | null
  readonly accessModes?: readonly string[] | null
  readonly volumeMode?: string | null
  /** [bytes] */
  readonly request?: number
  readonly selector?: LabelSelector | null
  /** The node for which a volume is being provisioned. */
  readonly selectedNode?: string | null
}

/** A PersistentVolume. */
export interface KubePersistentVolume {
  readonly name: string
  readonly labels?: Labels | null
  /** [bytes] */
  readonly capacity?: number
  readonly accessModes?: readonly string[] | null
  readonly volumeMode?: string | null
  readonly storageClass?: string | null
  /** The claim that it is bound to or reserved for. */
  readonly claim?: { readonly namespace: string; readonly name: string } | null
  readonly available?: boolean
  readonly terminating?: boolean
  readonly nodeAffinity?: NodeSelector | null
  /** CSI driver and the volume's handle there. */
  readonly driver?: string | null
  readonly handle?: string | null
}

/** A StorageClass. */
export interface KubeStorageClass {
  readonly name: string
  readonly provisioner: string
  /** Volumes are bound or provisioned when the first pod that mounts the claim is scheduled. */
  readonly waitForFirstConsumer?: boolean
  /** Terms of which one must match the node; empty: any node. */
  readonly allowedTopologies?: readonly (readonly { readonly key: string; readonly values: readonly string[] }[])[] | null
}

/** Claims, volumes and classes, and how many volumes of a driver a node takes. */
export interface KubeStorage {
  readonly claims: readonly KubeClaim[]
  readonly volumes: readonly KubePersistentVolume[]
  readonly classes: readonly KubeStorageClass[]
  /** By node and driver. */
  readonly limits: Readonly<Record<string, Readonly<Record<string, number>>>>
}

/** Everything of a cluster that decides about a pod. */
export interface KubeCluster {
  readonly namespaces?: readonly { readonly name: string; readonly labels?: Labels | null }[] | null
  readonly nodes: readonly KubeNode[]
  /** Running pods have `node`; those with `nominatedNode` and no `node` are pending. */
  readonly pods?: readonly KubePod[] | null
  readonly services?: readonly KubeService[] | null
  readonly workloads?: readonly KubeWorkload[] | null
  readonly pdbs?: readonly KubeBudget[] | null
  /** Absent: claims of pods are not checked. */
  readonly storage?: KubeStorage | null
}
