/**
 * StatefulSets: pods with ordinals, each replaced under its own name. OrderedReady creates, deletes and updates one pod at a time and waits
 * until the pods before it are available; Parallel does not wait when it scales, but updates one at a time too.
 * Source: Kubernetes 1.34 pkg/controller/statefulset/stateful_set_control.go (default gates; maxUnavailable as with its
 * gate).
 */
import { NONE, type PodId, type Time, type WorkloadId } from '../../common/ids.ts'
import type { Simulator } from '../../engine/simulator.ts'
import { sendWith, type ApiClient } from './api-client.ts'
import { scaledValue, type IntOrPercent } from './percent.ts'
import { ApiPhase, type PodControl, type PodController, type PodObjects } from './pod-objects.ts'
import { WorkQueue } from './work-queue.ts'

/** What a user sets and changes. */
export interface StatefulSetSpec {
  replicas: number
  /** Number of the pod template; equal templates have equal numbers. */
  template: number
  podManagement: 'OrderedReady' | 'Parallel'
  updateStrategy: 'RollingUpdate' | 'OnDelete'
  /** Pods with an ordinal below start + partition stay at the current revision. */
  partition: number
  /**
   * Pods that a rolling update may have unavailable at once, percentages rounded down, at least 1. Absent: it replaces one after another, as
   * without the feature gate MaxUnavailableStatefulSet, which is off in 1.34.
   */
  readonly maxUnavailable?: IntOrPercent | undefined
  /** First ordinal. */
  start: number
  /** [µs] */
  minReady: Time
}

/** What the controller reports. */
export interface StatefulSetStatus {
  readonly replicas: number
  readonly ready: number
  readonly available: number
  /** Pods of the current and of the update revision that do not terminate. */
  readonly current: number
  readonly updated: number
}

/** One StatefulSet object. */
export interface StatefulSet {
  readonly row: number
  readonly spec: StatefulSetSpec
  status: StatefulSetStatus
  /** Template of the revision before the rollout under way; equal to `spec.template` when none is. */
  currentTemplate: number
  /** By ordinal: the pod whose object exists. */
  readonly pods: Map<number, PodId>
  /** What the controller is passed by the pod life cycle for the pods of this set. */
  readonly controller: PodController
}

/** What the controller needs of the run. */
export interface StatefulSetRun {
  readonly simulator: Simulator
  readonly objects: PodObjects
  readonly control: PodControl
  /** From a change to the sync that sees it [µs]. */
  readonly latency: Time
  /** Absent: requests do not wait. */
  readonly client?: ApiClient | undefined
  /** Called after the status of a set was written. */
  readonly reported?: (set: StatefulSet) => void
}

const EMPTY: StatefulSetStatus = { replicas: 0, ready: 0, available: 0, current: 0, updated: 0 }

export class StatefulSetController {
  private readonly sets: StatefulSet[] = []
  private readonly removed = new Set<StatefulSet>()
  private readonly queue: WorkQueue
  /** Whether a pod of the present sync was refused. */
  private refused = false
  private readonly run: StatefulSetRun

  constructor(run: StatefulSetRun) {
    this.run = run
    this.queue = new WorkQueue(run.simulator, 'stateful set', (row) => this.sync(this.sets[row]), run.latency, run.client)
  }

  /** Brings all sets that have changed one step further, at once; false when none has. */
  settle(): boolean {
    return this.queue.flush()
  }

  /** The object is deleted: nothing is done for it any more. */
  remove(set: StatefulSet): void {
    this.removed.add(set)
  }

  /** The object exists again, with what it owns. */
  restore(set: StatefulSet): void {
    this.removed.delete(set)
    this.queue.add(set.row)
  }

  /** The controller is down until this time. */
  hold(until: Time): void {
    this.queue.hold(until)
  }

  create(spec: StatefulSetSpec, workload?: WorkloadId): StatefulSet {
    const row = this.sets.length
    const pods = new Map<number, PodId>()
    const { objects } = this.run
    const controller: PodController = {
      workload,
      podChanged: () => this.queue.add(row),
      podGone: (pod) => {
        pods.delete(objects.ordinal[pod])
        this.queue.add(row)
      },
    }
    const set: StatefulSet = { row, spec: { ...spec }, status: EMPTY, currentTemplate: spec.template, pods, controller }
    this.sets.push(set)
    this.queue.add(row)
    return set
  }

  /** The user changed the object. */
  update(set: StatefulSet, change: Partial<StatefulSetSpec>): void {
    Object.assign(set.spec, change)
    this.queue.add(set.row)
  }

  private sync(set: StatefulSet): void {
    if (this.removed.has(set)) return
    const { spec } = set
    if (set.pods.size >= spec.replicas) this.queue.forget(set.row)
    const condemned = [...set.pods.keys()].filter((ordinal) => ordinal < spec.start || ordinal >= spec.start + spec.replicas)
    condemned.sort((a, b) => b - a)
    const counted = this.counted(set)
    this.refused = false
    const blocked = !this.keepReplicas(set) || !this.removeCondemned(set, condemned)
    const outdated = blocked || spec.updateStrategy === 'OnDelete' ? [] : this.outdatedPods(set)
    // The status does not see what the sync creates and deletes, but for the pods that it replaces.
    const replaced = outdated.filter((pod) => this.run.objects.template[pod] === set.currentTemplate).length
    this.writeStatus(set, { ...counted, current: counted.current - replaced })
    for (const pod of outdated) this.deletes(pod)
  }

  private deletes(pod: PodId): void {
    const { objects, control, client } = this.run
    const uid = objects.uid[pod]
    sendWith(client, () => {
      if (objects.uid[pod] === uid) control.delete(pod)
    })
  }

  /** Creates missing pods and deletes finished ones; false when the rest of the sync must wait. */
  private keepReplicas(set: StatefulSet): boolean {
    const { start, replicas, podManagement } = set.spec
    // In parallel the real controller works in batches of 1, 2, 4, ...; one with a refused pod is the last.
    let batch = 1
    for (let ordinal = start; ordinal < start + replicas; ordinal++) {
      if (!this.keepOne(set, ordinal) && podManagement === 'OrderedReady') return false
      if (ordinal - start + 1 < 2 * batch - 1) continue
      if (this.refused) return false
      batch *= 2
    }
    return !this.refused
  }

  /** Whether the pod of the ordinal is available. */
  private keepOne(set: StatefulSet, ordinal: number): boolean {
    const { objects, control, client } = this.run
    const pod = set.pods.get(ordinal)
    if (pod === undefined) {
      const template = this.templateOf(set, ordinal)
      sendWith(client, () => {
        const created = control.create(set.controller, { template, ordinal })
        if (created !== NONE) set.pods.set(ordinal, created)
        else this.refuse(set)
      })
      return false
    }
    if (objects.isFinished(pod)) {
      if (objects.deleting[pod] === 0) this.deletes(pod)
      return false
    }
    return this.isAvailable(set, pod)
  }

  /** The API server refused a pod: one retry for all pods of a sync. */
  private refuse(set: StatefulSet): void {
    if (!this.refused) this.queue.retry(set.row)
    this.refused = true
  }

  /** The revision at which a missing pod is created. */
  private templateOf({ spec, currentTemplate }: StatefulSet, ordinal: number): number {
    const stays = spec.updateStrategy === 'RollingUpdate' && ordinal < spec.start + spec.partition
    return stays ? currentTemplate : spec.template
  }

  /** Deletes pods beyond the replicas, highest ordinal first; false when the rest of the sync must wait. */
  private removeCondemned(set: StatefulSet, condemned: readonly number[]): boolean {
    const { objects } = this.run
    if (set.spec.podManagement === 'Parallel') {
      for (const ordinal of condemned) {
        const pod = set.pods.get(ordinal)!
        if (objects.deleting[pod] === 0) this.deletes(pod)
      }
      return true
    }
    const [highest] = condemned
    if (highest === undefined) return true
    const pod = set.pods.get(highest)!
    // All replicas are available here, so the first unavailable pod is the condemned one with the lowest ordinal.
    const firstUnavailable = condemned.findLast((ordinal) => !this.isAvailable(set, set.pods.get(ordinal)!))
    if (objects.deleting[pod] === 0 && (this.isAvailable(set, pod) || firstUnavailable === highest)) this.deletes(pod)
    return false
  }

  private outdatedPods(set: StatefulSet): PodId[] {
    const { maxUnavailable, replicas } = set.spec
    if (maxUnavailable !== undefined) return this.outdatedWithin(set, Math.max(1, scaledValue(maxUnavailable, replicas, 'down')))
    const pod = this.outdatedPod(set)
    return pod === NONE ? [] : [pod]
  }

  /** The highest pods of another revision, as many as may be unavailable beside those that are; the health of single pods does not matter. */
  private outdatedWithin(set: StatefulSet, limit: number): PodId[] {
    const { objects } = this.run
    const { start, replicas, partition, template } = set.spec
    let room = limit
    for (let ordinal = start; ordinal < start + replicas; ordinal++) {
      const pod = set.pods.get(ordinal)
      if (pod === undefined || !this.isAvailable(set, pod)) room--
    }
    const outdated: PodId[] = []
    for (let ordinal = start + replicas - 1; ordinal >= start + partition && outdated.length < room; ordinal--) {
      const pod = set.pods.get(ordinal)
      if (pod !== undefined && objects.template[pod] !== template && objects.deleting[pod] === 0) outdated.push(pod)
    }
    return outdated
  }

  /** The pod that a rolling update replaces next: the highest one of another revision, unless a higher one is not available yet. */
  private outdatedPod(set: StatefulSet): PodId {
    const { objects } = this.run
    const { start, replicas, partition, template } = set.spec
    for (let ordinal = start + replicas - 1; ordinal >= start + partition; ordinal--) {
      const pod = set.pods.get(ordinal)
      if (pod === undefined) return NONE
      if (objects.template[pod] !== template && objects.deleting[pod] === 0) return pod
      if (!this.isAvailable(set, pod)) return NONE
    }
    return NONE
  }

  private isRunning(pod: PodId): boolean {
    return this.run.objects.phase[pod] === ApiPhase.Running
  }

  /** Running, ready for the minimum time, and not terminating. */
  private isAvailable(set: StatefulSet, pod: PodId): boolean {
    const { objects, simulator } = this.run
    return this.isRunning(pod) && objects.deleting[pod] === 0 && objects.isAvailable(pod, set.spec.minReady, simulator.now)
  }

  private counted(set: StatefulSet): StatefulSetStatus {
    const { objects, simulator } = this.run
    const { minReady, template } = set.spec
    let ready = 0
    let available = 0
    let current = 0
    let updated = 0
    for (const pod of set.pods.values()) {
      if (this.isRunning(pod) && objects.ready[pod] === 1) {
        ready++
        if (objects.isAvailable(pod, minReady, simulator.now)) available++
        else this.queue.addAfter(set.row, objects.readyChanged[pod] + minReady - simulator.now)
      }
      if (objects.deleting[pod] === 1) continue
      if (objects.template[pod] === set.currentTemplate) current++
      if (objects.template[pod] === template) updated++
    }
    return { replicas: set.pods.size, ready, available, current, updated }
  }

  /** Writes the status; when all replicas are updated and ready, the update revision becomes the current one. */
  private writeStatus(set: StatefulSet, status: StatefulSetStatus): void {
    const { replicas, updateStrategy, template } = set.spec
    set.status = status
    this.run.reported?.(set)
    if (updateStrategy !== 'RollingUpdate' || set.currentTemplate === template) return
    if (status.updated !== replicas || status.ready !== replicas || status.replicas !== replicas) return
    set.currentTemplate = template
    set.status = { ...status, current: status.updated }
    this.queue.add(set.row)
    this.run.reported?.(set)
  }
}
