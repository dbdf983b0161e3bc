/**
 * Deployments: each has one ReplicaSet per template and moves replicas from the old sets to the newest one, within its strategy's limits.
 * One sync makes at most one step; the change of a ReplicaSet that follows from it causes the next.
 * Source: Kubernetes 1.34 pkg/controller/deployment/{deployment_controller,rolling,recreate,sync,progress}.go.
 */
import type { Time, WorkloadId } from '../../common/ids.ts'
import type { Simulator } from '../../engine/simulator.ts'
import {
  availableOf,
  isComplete,
  isSaturated,
  limitsOf,
  NO_STATUS,
  oldestFirst,
  proportionalSizes,
  sizesOf,
  type DeploymentSpec,
  type DeploymentStatus,
} from './deployment-object.ts'
import { countedStatus, deadlineCheck, progressAfter, progressing, sameStatus } from './deployment-status.ts'
import { NOTHING, sendWith, type ApiClient } from './api-client.ts'
import type { PodObjects } from './pod-objects.ts'
import type { ReplicaSet, ReplicaSetController, ReplicaSetOwner } from './replica-set.ts'
import { WorkQueue } from './work-queue.ts'

/** Called at each change of a ReplicaSet's size: `from` NONE for a new set, `to` NONE for a removed one. */
export type SizeListener = (deployment: Deployment, set: ReplicaSet, from: number, to: number) => void

/** One Deployment object. */
export class Deployment implements ReplicaSetOwner {
  readonly row: number
  readonly spec: DeploymentSpec
  readonly workload: WorkloadId | undefined
  /** Of all templates so far, in order of creation. */
  readonly sets: ReplicaSet[] = []
  /** What the controller last wrote. */
  status: DeploymentStatus = NO_STATUS
  private readonly changed: () => void

  constructor(row: number, spec: DeploymentSpec, changed: () => void, workload?: WorkloadId) {
    this.row = row
    this.spec = spec
    this.workload = workload
    this.changed = changed
  }

  setChanged(): void {
    this.changed()
  }

  /** Recreate waits until the pods of old sets are gone. */
  podOfSetGone(): void {
    if (this.spec.strategy.type === 'Recreate') this.changed()
  }

  /** The set of the current template, null before it was created. */
  newest(): ReplicaSet | null {
    return this.sets.find(({ template }) => template === this.spec.template) ?? null
  }

  old(): ReplicaSet[] {
    return this.sets.filter(({ template }) => template !== this.spec.template)
  }
}

/** What the controller needs of the run. */
export interface DeploymentRun {
  readonly simulator: Simulator
  readonly objects: PodObjects
  readonly replicaSets: ReplicaSetController
  /** From a change to the sync that sees it [µs]. */
  readonly latency: Time
  /** Absent: requests do not wait. */
  readonly client?: ApiClient | undefined
  readonly resized?: SizeListener
  /** Called after the status of a Deployment was written. */
  readonly reported?: (deployment: Deployment) => void
}

/** One more than the highest revision of an old set. */
const nextRevision = (deployment: Deployment): number => Math.max(0, ...deployment.old().map(({ revision }) => revision)) + 1

const active = (sets: readonly ReplicaSet[]): ReplicaSet[] => sets.filter(({ size }) => size > 0)

export class DeploymentController {
  private readonly deployments: Deployment[] = []
  private readonly removed = new Set<Deployment>()
  private readonly queue: WorkQueue
  private readonly run: DeploymentRun

  constructor(run: DeploymentRun) {
    this.run = run
    this.queue = new WorkQueue(run.simulator, 'deployment', (row) => this.sync(row), run.latency, run.client)
  }

  /** Brings all Deployments that have changed one step further, at once; false when none has. */
  settle(): boolean {
    return this.queue.flush()
  }

  /** The object is deleted: nothing is done for it any more. */
  remove(deployment: Deployment): void {
    this.removed.add(deployment)
  }

  /** The object exists again, with what it owns. */
  restore(deployment: Deployment): void {
    this.removed.delete(deployment)
    this.queue.add(deployment.row)
  }

  /** The controller is down until this time. */
  hold(until: Time): void {
    this.queue.hold(until)
  }

  create(spec: Omit<DeploymentSpec, 'generation'>, workload?: WorkloadId): Deployment {
    const row = this.deployments.length
    const deployment = new Deployment(row, { ...spec, generation: 1 }, () => this.queue.add(row), workload)
    this.deployments.push(deployment)
    this.queue.add(row)
    return deployment
  }

  /** The user changed the object. */
  update(deployment: Deployment, change: Partial<DeploymentSpec>): void {
    Object.assign(deployment.spec, change)
    deployment.spec.generation++
    this.queue.add(deployment.row)
  }

  private sync(row: number): void {
    const deployment = this.deployments[row]
    if (this.removed.has(deployment)) return
    this.markPause(deployment)
    const { spec } = deployment
    if (spec.paused || this.isScaling(deployment)) this.scaleOnly(deployment)
    else if (spec.strategy.type === 'Recreate') this.recreate(deployment)
    else this.roll(deployment)
  }

  /** A pause stops the clock of the progress deadline, a resumption starts it again; an exceeded deadline stays exceeded. */
  private markPause({ spec, status, row }: Deployment): void {
    if (spec.progressDeadline === Infinity || status.progressing?.reason === 'ProgressDeadlineExceeded') return
    const marked = status.progressing?.reason === 'DeploymentPaused'
    if (spec.paused === marked) return
    this.write(row, {
      ...status,
      progressing: progressing('Unknown', spec.paused ? 'DeploymentPaused' : 'DeploymentResumed', this.run.simulator.now),
    })
  }

  /** Whether the number of replicas has changed since the sets were last scaled. Then sizes follow it, and nothing is rolled out. */
  private isScaling({ spec, sets }: Deployment): boolean {
    return active(sets).some(({ desiredReplicas }) => desiredReplicas !== spec.replicas)
  }

  private scaleOnly(deployment: Deployment): void {
    this.reviseNewest(deployment)
    this.scale(deployment)
    if (deployment.spec.paused) this.cleanUp(deployment)
    this.writeCounts(deployment)
  }

  private scale(deployment: Deployment): void {
    const { spec, sets } = deployment
    const newest = deployment.newest()
    const growing = active(sets)
    if (growing.length <= 1) {
      const only = growing[0] ?? newest ?? oldestFirst(deployment.old()).at(-1)
      if (only !== undefined && only.size !== spec.replicas) this.resize(deployment, only, spec.replicas)
      return
    }
    if (isSaturated(spec, newest)) {
      for (const set of active(deployment.old())) this.resize(deployment, set, 0)
      return
    }
    if (spec.strategy.type !== 'RollingUpdate') return
    for (const [set, size] of proportionalSizes(spec, growing)) this.resize(deployment, set, size)
  }

  private roll(deployment: Deployment): void {
    const { spec } = deployment
    const newest = this.newestOrCreated(deployment)
    if (!this.growNewest(deployment, newest) && !this.shrinkOld(deployment, newest) && isComplete(spec, deployment.status)) {
      this.cleanUp(deployment)
    }
    this.writeRollout(deployment)
  }

  private growNewest(deployment: Deployment, newest: ReplicaSet): boolean {
    const { replicas } = deployment.spec
    if (newest.size === replicas) return false
    const size = newest.size > replicas ? replicas : this.allowedSize(deployment, newest.size)
    if (size === newest.size) return false
    this.resize(deployment, newest, size)
    return true
  }

  /** The size to which the newest set may grow from `size`. */
  private allowedSize({ spec, sets }: Deployment, size: number): number {
    if (spec.strategy.type === 'Recreate') return spec.replicas
    const room = spec.replicas + limitsOf(spec).surge - sizesOf(sets)
    return room <= 0 ? size : size + Math.min(room, spec.replicas - size)
  }

  /** Old sets shrink: first their unavailable pods, then available ones above the minimum. Both read the statuses as they are written. */
  private shrinkOld(deployment: Deployment, newest: ReplicaSet): boolean {
    const { spec, sets } = deployment
    const old = oldestFirst(active(deployment.old()))
    if (old.length === 0) return false
    const minAvailable = spec.replicas - limitsOf(spec).unavailable
    const removable = sizesOf(sets) - minAvailable - (newest.size - newest.status.available)
    if (removable <= 0) return false
    let removed = 0
    for (const set of old) {
      if (removed >= removable) break
      const count = Math.min(removable - removed, set.size - set.status.available)
      if (count === 0) continue
      // The set has just been scaled down and its status is from before: wait for the next one.
      if (count < 0) return false
      this.resize(deployment, set, set.size - count)
      removed += count
    }
    const surplus = availableOf([...old, newest]) - minAvailable
    let taken = 0
    for (const set of old) {
      const count = Math.min(set.size, surplus - taken)
      if (count <= 0) continue
      this.resize(deployment, set, set.size - count)
      taken += count
    }
    return removed + taken > 0
  }

  private recreate(deployment: Deployment): void {
    const { spec } = deployment
    this.reviseNewest(deployment)
    const old = active(deployment.old())
    for (const set of old) this.resize(deployment, set, 0)
    if (old.length === 0 && !this.oldPodsRun(deployment)) {
      const newest = this.newestOrCreated(deployment)
      if (newest.size !== spec.replicas) this.resize(deployment, newest, spec.replicas)
      else if (isComplete(spec, deployment.status)) this.cleanUp(deployment)
    }
    this.writeRollout(deployment)
  }

  /** Pods of old sets that have not finished, terminating ones included. */
  private oldPodsRun(deployment: Deployment): boolean {
    const { objects } = this.run
    return deployment.old().some(({ status, pods }) => status.replicas > 0 || pods.list.some((pod) => !objects.isFinished(pod)))
  }

  private newestOrCreated(deployment: Deployment): ReplicaSet {
    const { spec, sets } = deployment
    const found = this.reviseNewest(deployment)
    if (found !== null) return found
    const size = this.allowedSize(deployment, 0)
    const set = this.run.replicaSets.create({
      template: spec.template,
      size,
      owner: deployment,
      minReady: spec.minReady,
      workload: deployment.workload,
    })
    set.revision = nextRevision(deployment)
    this.annotate(deployment, set)
    sets.push(set)
    this.run.resized?.(deployment, set, -1, size)
    if (spec.progressDeadline !== Infinity) {
      const condition = progressing('True', 'NewReplicaSetCreated', this.run.simulator.now)
      this.write(deployment.row, { ...deployment.status, progressing: condition })
    }
    return set
  }

  /** The set of the current template gets the highest revision. */
  private reviseNewest(deployment: Deployment): ReplicaSet | null {
    const { spec, status, row } = deployment
    const newest = deployment.newest()
    if (newest === null) return null
    newest.revision = Math.max(newest.revision, nextRevision(deployment))
    if (spec.progressDeadline !== Infinity && status.progressing === null) {
      this.write(row, { ...status, progressing: progressing('True', 'FoundNewReplicaSet', this.run.simulator.now) })
    }
    return newest
  }

  private annotate({ spec }: Deployment, set: ReplicaSet): void {
    set.desiredReplicas = spec.replicas
    set.maxReplicas = spec.replicas + limitsOf(spec).surge
  }

  private resize(deployment: Deployment, set: ReplicaSet, size: number): void {
    const from = set.size
    this.annotate(deployment, set)
    if (size === from) return
    sendWith(this.run.client, () => {
      this.run.replicaSets.resize(set, size)
      this.run.resized?.(deployment, set, from, size)
    })
  }

  /** Old sets beyond the history limit are removed, oldest revision first, when nothing of them is left. */
  private cleanUp(deployment: Deployment): void {
    const old = deployment.old().sort((a, b) => a.revision - b.revision)
    for (const set of old.slice(0, Math.max(0, old.length - deployment.spec.revisionHistory))) {
      if (set.size > 0 || set.status.replicas > 0) continue
      this.run.replicaSets.remove(set)
      deployment.sets.splice(deployment.sets.indexOf(set), 1)
      this.run.resized?.(deployment, set, set.size, -1)
    }
  }

  private writeCounts(deployment: Deployment): void {
    const { spec, status, sets, row } = deployment
    this.write(row, countedStatus(spec, status, sets, deployment.newest(), this.run.simulator.now))
  }

  private writeRollout(deployment: Deployment): void {
    const { spec, status: before, sets, row } = deployment
    const { now } = this.run.simulator
    const counted = countedStatus(spec, before, sets, deployment.newest(), now)
    this.write(row, { ...counted, progressing: progressAfter(spec, before, counted, now) })
    const check = deadlineCheck(spec, deployment.status, now)
    if (check < Infinity) this.queue.addAfter(row, check)
  }

  private write(row: number, status: DeploymentStatus): void {
    const deployment = this.deployments[row]
    if (sameStatus(deployment.status, status)) return
    sendWith(this.run.client, NOTHING)
    deployment.status = status
    this.queue.add(row)
    this.run.reported?.(deployment)
  }
}
