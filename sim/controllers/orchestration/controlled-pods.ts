/**
 * The pods of one workload as its controller sees them: creates and deletes them, keeps what the API server says about them up to date, and
 * passes on what changes.
 */
import type { Cluster } from '../../cluster/cluster.ts'
import type { PodShape } from '../../cluster/spec.ts'
import { NONE, type OwnerId, type PodId, type WorkloadId } from '../../common/ids.ts'
import { OrderedSet } from '../../common/ordered-set.ts'
import type { Simulator } from '../../engine/simulator.ts'
import type { ChangeRecorder } from '../../measure/change-recorder.ts'
import type { KeyedStream, Streams } from '../../random/stream.ts'
import type { Workload } from '../../serving/spec.ts'
import type { Budget, DisruptionController, Scalable } from '../kubernetes/disruption.ts'
import { ApiPhase, wholeSeconds, type NewPod, type PodControl, type PodController, type PodObjects } from '../kubernetes/pod-objects.ts'
import type { Admission } from '../admission/admission.ts'
import { EndReason, type Controller, type Owners, type PodOwner } from '../owners.ts'
import type { Placement } from '../placement.ts'
import type { PodLifecycle } from '../pod-lifecycle.ts'
import type { PodVolumes } from '../storage/pod-volumes.ts'
import type { PodCourse } from './pod-course.ts'
import type { PodEvents } from './pod-events.ts'
import { isPerNode, type ControlledWorkload, type ControllerSpec, type Version } from './spec.ts'
import { taskRulesOf, type TaskRules } from './task-rules.ts'

/** Largest UID: UIDs are drawn, as the real ones are. */
const UIDS = 2 ** 40

/** What the pods of a workload need of the run. */
export interface ControlledPodsRun {
  readonly simulator: Simulator
  readonly streams: Streams
  readonly cluster: Cluster
  readonly owners: Owners
  readonly lifecycle: PodLifecycle
  readonly placement: Placement
  readonly changes: ChangeRecorder
  /** Null: no pod has volumes. */
  readonly volumes: PodVolumes | null
  /** Null: no pod is refused. */
  readonly admission: Admission | null
  readonly input: { readonly workloads: readonly Workload[] }
}

/** What the pods of all workloads share. */
export interface Shared {
  readonly objects: PodObjects
  readonly disruption: DisruptionController
  /** By pod: what is notified of it. */
  readonly controllers: (PodController | null)[]
  /** A pod was created; it is the ordinal-th of its workload. `held`: it starts when it is released. */
  created(pod: PodId, ordinal: number, held: boolean): void
  /** A pod has ended. */
  gone(pod: PodId): void
  /** Null: no chart is drawn of this run. */
  readonly course: PodCourse | null
  /** Null: no events are kept. */
  readonly events: PodEvents | null
}

export class ControlledPods implements PodControl, PodOwner {
  readonly name: string
  readonly refuses: boolean
  readonly workload: WorkloadId
  /** By template: the version that its pods run. */
  readonly templates: Version[]
  private readonly present = new OrderedSet()
  /** CPU request that a size autoscaler set [millicores]; NONE: that of the version. */
  cpu = NONE
  /** Pods that count for a disruption budget belong to this. */
  scalable: Scalable | null = null
  readonly budget: Budget | null
  /** Pods of a controller that keeps one on each node. */
  readonly daemon: boolean
  private readonly kind: ControllerSpec['kind']
  /** Null: containers are started again in their pods. */
  readonly tasks: TaskRules | null
  private created = 0
  readonly owner: OwnerId
  private readonly uids: KeyedStream
  private readonly run: ControlledPodsRun
  private readonly shared: Shared

  constructor(run: ControlledPodsRun, shared: Shared, spec: ControlledWorkload, budget: Budget | null) {
    const { workload, versions, controller } = spec
    this.run = run
    this.refuses = run.admission !== null
    this.shared = shared
    this.workload = workload
    this.name = run.input.workloads[workload].name
    this.templates = [versions[0]]
    this.daemon = isPerNode(controller)
    this.kind = controller.kind
    this.tasks = taskRulesOf(controller, run.input.workloads[workload].probe)
    this.budget = budget
    this.owner = run.owners.register(this)
    this.uids = run.streams.keyed(`uid/${run.input.workloads[workload].name}`)
  }

  /** Pods that are not terminating, in order of creation. */
  get pods(): readonly PodId[] {
    return this.present.list
  }

  /** The number of the template of a version; a restart needs a new template of a version that it runs already. */
  templateOf(version: Version, fresh = false): number {
    const known = fresh ? -1 : this.templates.indexOf(version)
    return known >= 0 ? known : this.templates.push(version) - 1
  }

  shapeOf(template: number): PodShape {
    const { shape } = this.templates[template]
    return this.cpu === NONE ? shape : { ...shape, cpu: this.cpu }
  }

  versionOf(pod: PodId): Version {
    return this.templates[this.shared.objects.template[pod]]
  }

  // ---- what a controller does

  create(controller: PodController, pod: NewPod): PodId {
    const { cluster, simulator, lifecycle, placement, input, admission } = this.run
    const { objects, disruption, controllers } = this.shared
    const spec = input.workloads[this.workload]
    const shape = this.shapeOf(pod.template)
    if (admission?.admits(shape) === false) return NONE
    const row = cluster.createPod(shape, spec.service, simulator.now)
    admission?.created(row, shape)
    cluster.setOwner(row, this.owner)
    const ordinal = this.created++
    objects.open(row, pod, Math.floor(this.uids.at(ordinal, 0) * UIDS), simulator.now)
    controllers[row] = controller
    this.present.add(row)
    lifecycle.createdToServe(row, this.workload, ordinal, true)
    this.shared.created(row, ordinal, pod.held === true)
    if (pod.replaces === true) this.run.changes.restarted(simulator.now)
    this.shared.events?.created(row, this.workload, ordinal)
    this.shared.course?.created(row, this.workload, ordinal, this.templates[pod.template].name)
    if (this.budget !== null) disruption.podAdded(this.budget, row, this.scalable)
    placement.withheld(row)
    const { ordinal: place = NONE } = pod
    if (this.run.volumes?.created(row, this.workload, place, shape) !== true) this.arrives(row)
    controller.podChanged(row)
    return row
  }

  /** The pod goes to its scheduler, or to its node when it has one (DaemonSet) and somebody binds it. */
  arrives(pod: PodId): void {
    const { placement, input } = this.run
    const node = this.shared.objects.node[pod]
    const { scheduler } = input.workloads[this.workload]
    if (node === NONE || scheduler === NONE) placement.arrived(pod, scheduler)
    else placement.arrivedFor(pod, node)
  }

  delete(pod: PodId): void {
    if (this.shared.objects.deleting[pod] === 1) return
    this.shared.events?.deleted(pod)
    this.run.lifecycle.terminate(pod, EndReason.Deleted)
  }

  /** The pod has to leave its node, for another reason than that there are too many. */
  evict(pod: PodId, reason: EndReason): void {
    if (this.shared.objects.deleting[pod] === 0) this.run.lifecycle.terminate(pod, reason)
  }

  // ---- what becomes of a pod

  /** The container of a task has ended, or could not start. */
  failed(pod: PodId): void {
    this.fails(pod)
    this.run.lifecycle.terminate(pod, EndReason.Failed)
  }

  /** The phase of the pod is Failed; it is ended by who says so. */
  fails(pod: PodId): void {
    this.shared.objects.phase[pod] = ApiPhase.Failed
  }

  bound(pod: PodId): void {
    const { changes, simulator, cluster } = this.run
    this.shared.objects.node[pod] = cluster.view.pods.node[pod]
    changes.disturbances.bound(this.workload, simulator.now)
    this.shared.events?.bound(pod, cluster.view.pods.node[pod])
    this.notify(pod)
  }

  terminating(pod: PodId, reason: EndReason): void {
    const { objects } = this.shared
    this.shared.events?.leaves(pod, reason)
    this.shared.course?.leaves(pod, this.workload)
    objects.deleting[pod] = 1
    if (reason !== EndReason.Deleted) objects.disrupted[pod] = 1
    if (reason === EndReason.Tainted) this.evictedByFailure()
    this.setReady(pod, false)
    this.present.delete(pod)
    this.notify(pod)
  }

  ended(pod: PodId, reason: EndReason): void {
    const { controllers, disruption, objects } = this.shared
    if (reason !== EndReason.Deleted && reason !== EndReason.Failed) this.run.changes.evicted(reason, this.run.simulator.now)
    if (reason === EndReason.NodeLost && objects.deleting[pod] === 0) this.evictedByFailure()
    this.shared.course?.ended(pod, this.workload)
    objects.deleting[pod] = 1
    this.setReady(pod, false)
    this.present.delete(pod)
    this.shared.gone(pod)
    controllers[pod]?.podGone(pod)
    controllers[pod] = null
    if (this.budget !== null) disruption.podGone(this.budget, pod)
  }

  private evictedByFailure(): void {
    const { changes, simulator } = this.run
    changes.disturbances.evicted(this.workload, simulator.now)
  }

  movable(): boolean {
    return !this.daemon
  }

  /** Each template of a Deployment has a ReplicaSet. */
  controllerOf(pod: PodId): Controller | null {
    if (this.daemon) return null
    if (this.kind === 'stateful-set') return { kind: 'StatefulSet', key: `${this.owner}` }
    return { kind: 'ReplicaSet', key: `${this.owner}/${this.shared.objects.template[pod]}` }
  }

  isTerminating(pod: PodId): boolean {
    return this.shared.objects.deleting[pod] === 1
  }

  /** The container of the pod runs; `warm`: since long before. */
  started(pod: PodId): void {
    this.shared.objects.phase[pod] = ApiPhase.Running
    this.notify(pod)
  }

  /** The condition Ready of the pod. `warm`: it has been so since long before. */
  setReady(pod: PodId, ready: boolean, warm = false): void {
    const { objects } = this.shared
    if (objects.ready[pod] === Number(ready)) return
    const { now } = this.run.simulator
    objects.ready[pod] = ready ? 1 : 0
    objects.readyChanged[pod] = warm ? -Infinity : wholeSeconds(now)
    this.shared.course?.ready(pod, this.workload, ready)
    if (objects.deleting[pod] === 0) this.notify(pod)
  }

  /** The container of the pod was started again. */
  restarted(pod: PodId): void {
    const { objects } = this.shared
    objects.restarts[pod]++
    objects.allRestarts[pod]++
    this.run.changes.restarted(this.run.simulator.now)
    this.notify(pod)
  }

  /** An init container of the pod was started again. */
  initRestarted(pod: PodId): void {
    this.shared.objects.allRestarts[pod]++
    this.run.changes.restarted(this.run.simulator.now)
    this.notify(pod)
  }

  private notify(pod: PodId): void {
    this.shared.controllers[pod]?.podChanged(pod)
    if (this.budget !== null) this.shared.disruption.podChanged(this.budget)
  }

  /** The oldest pods that serve or start, at most `count`; only those of a version when there is one. */
  oldest(count: number, version?: Version): PodId[] {
    const found = version === undefined ? this.pods : this.pods.filter((pod) => this.versionOf(pod) === version)
    return found.slice(0, count)
  }
}
