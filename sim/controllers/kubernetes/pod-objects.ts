/**
 * Pods as the controllers of Kubernetes read them from the API server, a row per pod, and what they may do to them. In a run the rows are
 * those of the cluster's pods and the kubelet model writes the columns; a replay of recordings plays the kubelet itself.
 */
import { NONE, type NodeId, type PodId, type Time, type WorkloadId } from '../../common/ids.ts'
import { ColumnTable } from '../../common/table.ts'
import type { EndReason } from '../owners.ts'

/** Phase of a pod in its status. */
export const ApiPhase = { Pending: 0, Running: 1, Succeeded: 2, Failed: 3, Unknown: 4 } as const
export type ApiPhase = (typeof ApiPhase)[keyof typeof ApiPhase]

/** What the counts of a ReplicaSet have a pod as. */
export const CountedAs = { Inactive: 0, Active: 1, Ready: 2 } as const
export type CountedAs = (typeof CountedAs)[keyof typeof CountedAs]

export class PodObjects extends ColumnTable {
  phase = this.kinds<ApiPhase>(ApiPhase.Pending)
  /** 1: the condition Ready is true. */
  ready = this.column(Uint8Array)
  /** When the condition Ready last became true or false [µs, whole seconds]. */
  readyChanged = this.column(Float64Array)
  /** metadata.creationTimestamp [µs, whole seconds]. */
  created = this.column(Float64Array)
  /** 1: deletion was requested (metadata.deletionTimestamp is set). */
  deleting = this.column(Uint8Array)
  /** The node it is bound to, NONE before. */
  node = this.column(Int32Array, NONE)
  /** Largest number of restarts of its containers, and of its sidecars. */
  restarts = this.column(Int32Array)
  sidecarRestarts = this.column(Int32Array)
  /** Sum of the restarts of its containers and init containers. */
  allRestarts = this.column(Int32Array)
  /** Exit code of the container that made it fail, and the place of that container in the template; 0 and NONE before. */
  exitCode = this.column(Int32Array)
  exitContainer = this.column(Int32Array, NONE)
  /** 1: it has the condition DisruptionTarget (evicted, preempted, its node was lost). */
  disrupted = this.column(Uint8Array)
  /** Annotation controller.kubernetes.io/pod-deletion-cost. */
  deletionCost = this.column(Int32Array)
  /** Decides between equals; pods compare by it as they would by metadata.uid. */
  uid = this.column(Float64Array)
  /** Number of the template that the pod was created from, among those of its workload. */
  template = this.column(Int32Array, NONE)
  /** Ordinal (StatefulSet) or completion index (Job), NONE without. */
  ordinal = this.column(Int32Array, NONE)
  /** What it was last counted as (active-counts.ts). */
  counted = this.kinds<CountedAs>(CountedAs.Inactive)

  /** Resets the row of a pod that was just created. `now` is cut to whole seconds, as the API server stores times. */
  open(pod: PodId, { template, ordinal = NONE, node = NONE }: NewPod, uid: number, now: Time): void {
    this.reserve(pod + 1)
    this.phase[pod] = ApiPhase.Pending
    this.ready[pod] = 0
    this.readyChanged[pod] = wholeSeconds(now)
    this.created[pod] = wholeSeconds(now)
    this.deleting[pod] = 0
    this.node[pod] = node
    this.restarts[pod] = 0
    this.sidecarRestarts[pod] = 0
    this.allRestarts[pod] = 0
    this.exitCode[pod] = 0
    this.exitContainer[pod] = NONE
    this.disrupted[pod] = 0
    this.deletionCost[pod] = 0
    this.uid[pod] = uid
    this.template[pod] = template
    this.ordinal[pod] = ordinal
    this.counted[pod] = CountedAs.Inactive
  }

  /** Neither finished nor being deleted: what most controllers count. */
  isActive(pod: PodId): boolean {
    return this.deleting[pod] === 0 && !this.isFinished(pod)
  }

  /** Succeeded or Failed. */
  isFinished(pod: PodId): boolean {
    return this.phase[pod] === ApiPhase.Succeeded || this.phase[pod] === ApiPhase.Failed
  }

  /** Ready for at least `minReady` [µs]. */
  isAvailable(pod: PodId, minReady: Time, now: Time): boolean {
    return this.ready[pod] === 1 && (minReady === 0 || this.readyChanged[pod] + minReady <= now)
  }
}

/** Times in API objects have whole seconds [µs]. */
export const wholeSeconds = (time: Time): Time => Math.floor(time / 1_000_000) * 1_000_000

/** What a controller asks for when it creates a pod. */
export interface NewPod {
  /** Number of the template, among those of its workload. */
  readonly template: number
  readonly ordinal?: number
  /** The only node that the pod may run on (DaemonSet); NONE: the scheduler chooses. */
  readonly node?: NodeId
  /** True: its container is prepared and starts when the pod is released (tasks of Swarm). */
  readonly held?: boolean
  /** True: it takes the place of a task that failed. */
  readonly replaces?: boolean
}

/** Called about the pods that a controller created. */
export interface PodController {
  /** The workload of a run that the pods belong to; absent outside a run. */
  readonly workload?: WorkloadId | undefined
  /** A column of the pod has changed. */
  podChanged(pod: PodId): void
  /** The object of the pod is removed; its row is still readable and is freed after this call. */
  podGone(pod: PodId): void
}

/** What controllers do to pods. */
export interface PodControl {
  /** True: the API server may refuse a pod. */
  readonly refuses?: boolean
  /** The pod exists from now on; `podChanged` is called about it, and later again. NONE: the API server refused it. */
  create(controller: PodController, pod: NewPod): PodId
  /** Requests the deletion: the pod terminates for its grace period, then `podGone` is called. */
  delete(pod: PodId): void
}

/** What the controllers of orchestrators without restarts in place do to tasks, which are pods here. */
export interface TaskControl extends PodControl {
  /** A pod that was created `held` may start. */
  release(pod: PodId): void
  /** As `delete`, for pods that have to leave their node. */
  evict(pod: PodId, reason: EndReason): void
}
