/** What a snapshot is, and its lists while it is read. */
import type {
  KubeBudget,
  KubeClaim,
  KubeCluster,
  KubeNode,
  KubePersistentVolume,
  KubePod,
  KubeService,
  KubeStorageClass,
  KubeWorkload,
} from '../../sim/index.ts'
import type { SnapshotPriorityClass } from './objects.ts'
import type { SnapshotPod } from './pods.ts'

/** A cluster at one moment. */
export interface Snapshot {
  readonly file: string
  /** All nodes, all pods that occupy one, and those that one is promised to. */
  readonly cluster: KubeCluster
  /** Pods that wait for a node, in the order of kube-scheduler's queue: higher priority first, then older first. */
  readonly pending: readonly PendingPod[]
  /** Schedulers of the pods that name another one than default-scheduler. */
  readonly schedulers: ReadonlyMap<KubePod, string>
  /** Pods that run, and pods that have finished and occupy nothing. */
  readonly running: number
  readonly finished: number
  /** Objects of kinds that decide nothing about placement, by kind. */
  readonly otherKinds: readonly { readonly kind: string; readonly count: number }[]
  /** What is unusual or not understood, counted. */
  readonly warnings: readonly string[]
}

/** A pod that waits for a node. */
export interface PendingPod {
  readonly pod: KubePod
  readonly scheduler: string
}

/** Lists of a snapshot while it is read. */
export interface SnapshotDraft {
  readonly file: string
  readonly nodes: KubeNode[]
  readonly pods: SnapshotPod[]
  readonly namespaces: { readonly name: string; readonly labels: Readonly<Record<string, string>> }[]
  readonly services: KubeService[]
  readonly workloads: KubeWorkload[]
  readonly budgets: KubeBudget[]
  readonly priorityClasses: SnapshotPriorityClass[]
  readonly claims: KubeClaim[]
  readonly volumes: KubePersistentVolume[]
  readonly storageClasses: KubeStorageClass[]
  /** Limits of volumes by driver, by node. */
  readonly limits: Map<string, Readonly<Record<string, number>>>
  readonly otherKinds: Map<string, number>
}
