/**
 * Owners of pods: every pod has one, which created it and learns why it ended (DESIGN law 7). A controller registers itself once and
 * writes the row that it gets into each pod it creates (`pods.owner`).
 */
import type { Cluster } from '../cluster/cluster.ts'
import type { OwnerId, PodId, Time } from '../common/ids.ts'

/** Why a pod ended. */
export const EndReason = {
  /** Its work is done. */
  Completed: 0,
  /** Its owner has too many. */
  Deleted: 1,
  /** Its node is drained. */
  Evicted: 2,
  /** A scheduler evicted it to free room for another pod. */
  Preempted: 3,
  /** It did not tolerate a taint of its node. */
  Tainted: 4,
  /** Its node was lost for good. */
  NodeLost: 5,
  /** Its container exited, was unhealthy or could not start, and its orchestrator replaces tasks instead of starting them again. */
  Failed: 6,
  /** The kubelet of its node evicted it because memory ran short. */
  Pressure: 7,
} as const
export type EndReason = (typeof EndReason)[keyof typeof EndReason]

/** The object that owns a pod, as owner references name it. */
export interface Controller {
  /** ReplicaSet, StatefulSet, Job. */
  readonly kind: string
  /** Equal for the pods of one controller; empty: which one is not known. */
  readonly key: string
}

/** A controller that creates pods. */
export interface PodOwner {
  /** Of the workload or source, for tables. */
  readonly name: string
  /** The pod has a node from `at` on. */
  bound?(pod: PodId, at: Time): void
  /** The pod begins to terminate and counts no more; its end follows, at the latest after the grace period. */
  terminating?(pod: PodId, reason: EndReason): void
  /** Of a pod that runs for a duration: its process has done so. True: the pod stays, and its owner starts it again (`runAgain`). */
  exits?(pod: PodId): boolean
  /** Of a pod that runs for a duration: its node answers again after its processes died. True: the owner has ended the pod. */
  rebooted?(pod: PodId): boolean
  /** The pod has ended; its row is still readable and is freed after this call. */
  ended(pod: PodId, reason: EndReason): void
  /** True: its pods belong to their nodes and leave with them (DaemonSet); a node that holds no others counts as drained. */
  readonly daemon?: boolean
  /** Whether a drain may evict the pod, because its owner replaces it. */
  movable(pod: PodId): boolean
  /** What a descheduler may evict the pod from, because it replaces the pod; null or absent: nothing. */
  controllerOf?(pod: PodId): Controller | null
}

export class Owners {
  private readonly list: PodOwner[] = []
  private readonly cluster: Cluster

  constructor({ cluster }: { readonly cluster: Cluster }) {
    this.cluster = cluster
  }

  /** The row that the owner writes into its pods. */
  register(owner: PodOwner): OwnerId {
    return this.list.push(owner) - 1
  }

  of(pod: PodId): PodOwner {
    const owner = this.list[this.cluster.view.pods.owner[pod]]
    if (owner === undefined) throw new Error(`pod ${pod} has no owner; accepted: pods created by a controller that has registered itself`)
    return owner
  }
}
