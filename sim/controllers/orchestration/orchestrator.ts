/**
 * The orchestrator of a run: the controllers of its workloads, the kubelets, node health, and the eviction API. A part of the run; workloads
 * that name no controller are kept by the plain replica sets (replica-sets.ts).
 */
import type { Cluster } from '../../cluster/cluster.ts'
import { PodPhase } from '../../cluster/views.ts'
import { NONE, type NodeId, type PodId, type Time, type WorkloadId } from '../../common/ids.ts'
import type { Simulator } from '../../engine/simulator.ts'
import type { ChangeRecorder } from '../../measure/change-recorder.ts'
import type { Endpoints } from '../../network/endpoints.ts'
import type { Streams } from '../../random/stream.ts'
import type { Servers } from '../../serving/servers.ts'
import type { Workload } from '../../serving/spec.ts'
import { DisruptionController } from '../kubernetes/disruption.ts'
import { PodObjects, type NewPod, type PodController, type TaskControl } from '../kubernetes/pod-objects.ts'
import { sendWith, type ApiClient } from '../kubernetes/api-client.ts'
import type { Admission } from '../admission/admission.ts'
import type { ApiClients } from '../api-clients.ts'
import type { Components } from '../components.ts'
import type { NodeLifecycle } from '../node-lifecycle.ts'
import { EndReason, type Owners } from '../owners.ts'
import type { NodePressure } from '../pressure/node-pressure.ts'
import type { Placement } from '../placement.ts'
import type { PodLifecycle } from '../pod-lifecycle.ts'
import type { Delays } from '../spec.ts'
import type { Stateful } from '../stateful/stateful.ts'
import type { PodVolumes } from '../storage/pod-volumes.ts'
import type { PodVolume } from '../storage/spec.ts'
import { ControlledPods } from './controlled-pods.ts'
import { noteProgress, type ControlledSet, type RolloutState } from './controlled-sets.ts'
import { Drains } from './drains.ts'
import { nodeTaints } from './node-selection.ts'
import { Kubelets } from './kubelet.ts'
import { NodeHealth } from './node-health.ts'
import { OutOfService } from './out-of-service.ts'
import { PodCourse } from './pod-course.ts'
import { PodEvents } from './pod-events.ts'
import { nodePressure, type PressedNodesRun } from './pressed-nodes.ts'
import type { ContainerStartRun } from './container-start.ts'
import type { ProbersRun } from './probes.ts'
import type { Cascade, ControlledWorkload, Orchestration, Version } from './spec.ts'
import { createOrchestratorSystem } from './systems.ts'
import type { WorkloadControllers } from './workload-controllers.ts'

/** Source: Kubernetes 1.34 pkg/controller/garbagecollector/config/v1alpha1/defaults.go. */
const COLLECTOR_WORKERS = 20

/** What the orchestrator needs of the run. */
export interface OrchestratorRun extends ProbersRun, ContainerStartRun, PressedNodesRun {
  readonly simulator: Simulator
  readonly streams: Streams
  readonly cluster: Cluster
  readonly owners: Owners
  readonly lifecycle: PodLifecycle
  readonly nodes: NodeLifecycle
  readonly placement: Placement
  readonly servers: Servers
  readonly endpoints: Endpoints
  readonly components: Components
  readonly apiClients: ApiClients
  readonly changes: ChangeRecorder
  /** Null: no pod has volumes. */
  readonly volumes: PodVolumes | null
  /** Null: no pod is refused. */
  readonly admission: Admission | null
  /** Null: no workload keeps data. */
  readonly stateful: Stateful | null
  readonly input: {
    readonly workloads: readonly Workload[]
    readonly delays: Delays
    readonly orchestration?: Orchestration
  }
}

/** A workload with its controller, and the rollout that it is in. */
interface Kept extends RolloutState {
  readonly spec: ControlledWorkload
  set: ControlledSet
  /** How it was deleted; null: it exists. */
  removed: Cascade | null
  /** Pods that the deletion found, and their epochs. */
  going: readonly (readonly [pod: PodId, epoch: number])[]
}

export class Orchestrator implements TaskControl {
  readonly refuses: boolean
  readonly kubelets: Kubelets
  readonly drains: Drains
  readonly outOfService: OutOfService
  /** Null: nothing breaks in this run. */
  readonly health: NodeHealth | null
  private readonly pressure: NodePressure | null
  private readonly objects = new PodObjects()
  /** Null: no chart is drawn of this run. */
  private readonly course: PodCourse | null
  /** Null: no events are kept. */
  private readonly events: PodEvents | null
  private readonly kept = new Map<WorkloadId, Kept>()
  private readonly byOwner: ControlledPods[] = []
  /** By pod: what is notified of it. */
  private readonly notified: (PodController | null)[] = []
  private readonly disruption: DisruptionController
  private readonly controllers: WorkloadControllers
  private collector: ApiClient | undefined
  private sized: (workload: WorkloadId, replicas: number) => void = () => undefined
  private readonly run: OrchestratorRun

  /** The orchestrator of the run, null when no workload has a controller. */
  static of(run: OrchestratorRun): Orchestrator | null {
    const { orchestration } = run.input
    return orchestration === undefined ? null : new Orchestrator(run, orchestration)
  }

  private constructor(run: OrchestratorRun, orchestration: Orchestration) {
    const { simulator, nodes } = run
    const { latency, faults } = orchestration
    this.run = run
    this.refuses = run.admission !== null
    const podsOf = (pod: PodId): ControlledPods | undefined => this.byOwner[run.cluster.view.pods.owner[pod]]
    this.course = PodCourse.of(run, this.objects, (workload) => this.kept.get(workload)?.set.pods.pods ?? [])
    this.events = PodEvents.of(run)
    this.kubelets = new Kubelets(run, this.objects, podsOf, this.events)
    this.pressure = nodePressure(run, { kubelets: this.kubelets, podsOf, nodesChanged: () => this.nodesChanged(), events: this.events })
    run.stateful?.connect({
      workloadOf: (pod) => podsOf(pod)?.workload ?? NONE,
      ordinalOf: (pod) => this.objects.ordinal[pod],
      behaves: (workload) => {
        for (const pod of this.kept.get(workload)?.set.pods.pods ?? []) this.kubelets.status.behaves(pod)
      },
    })
    run.volumes?.connect({
      arrives: (pod) => podsOf(pod)!.arrives(pod),
      mounted: (pod) => this.kubelets.mounted(pod),
      reaches: (node) => this.kubelets.reaches(node),
      desired: (workload) => this.kept.get(workload)?.set.replicas ?? Infinity,
    })
    this.disruption = new DisruptionController({
      simulator,
      objects: this.objects,
      latency,
      control: { delete: (pod) => run.lifecycle.terminate(pod, EndReason.Evicted) },
    })
    run.placement.budgets = () => this.disruption.limits
    const { events } = this
    if (events !== null) run.placement.whenDeclined = (pod) => events.unschedulable(pod)
    const system = createOrchestratorSystem(orchestration, {
      ...run,
      objects: this.objects,
      events: this.events,
      control: this,
      kubelets: this.kubelets,
      disruption: this.disruption,
      latency,
      workloads: run.input.workloads,
      reported: (workload) => this.reported(workload),
      rolledBack: (workload) => this.rolledBack(workload),
      sized: (workload, replicas) => this.sized(workload, replicas),
      taintsOf: (node) => [...nodeTaints(run.cluster, node), ...(this.health?.taintsOf(node) ?? [])],
      podsOf,
      tolerationOf: (pods) => this.kept.get(pods.workload)!.spec.toleration,
    })
    this.controllers = system.controllers
    this.drains = new Drains(run, (pod, pods) => this.controllers.evict(pod, pods), podsOf)
    this.outOfService = new OutOfService(run, this.kubelets, podsOf)
    nodes.evictBy((pod, node) => this.drains.evict(pod, node))
    nodes.whenJoined(() => this.controllers.nodesChanged())
    nodes.whenLeft((node) => this.controllers.nodeLeft(node))
    run.components.whenDown('controllers', (until) => this.hold(until))
    this.health = faults.length === 0 ? null : new NodeHealth(run, this.kubelets, podsOf, system.detectionOf)
  }

  /** Nodes are watched from the origin on. */
  opens(): void {
    this.health?.opens()
    this.pressure?.opens()
  }

  /** Called once, by the replica sets: `sized` is notified of the number of nodes that a DaemonSet's pods may run on. */
  whenSized(sized: (workload: WorkloadId, replicas: number) => void): void {
    this.sized = sized
  }

  /** Makes space for that number of pods at once. */
  reservePods(count: number): void {
    this.objects.reserve(count)
  }

  /** Creates the object of a workload; its pods follow. */
  add(spec: ControlledWorkload, replicas: number): ControlledPods {
    const budget = spec.budget === null ? null : this.disruption.create(spec.budget)
    const shared = {
      objects: this.objects,
      disruption: this.disruption,
      controllers: this.notified,
      created: (pod: PodId, ordinal: number, held: boolean) => this.kubelets.created(pod, ordinal, held),
      gone: (pod: PodId) => this.kubelets.gone(pod),
      course: this.course,
      events: this.events,
    }
    const pods = new ControlledPods(this.run, shared, spec, budget)
    this.byOwner[pods.owner] = pods
    const set = this.controllers.create(spec, pods, replicas)
    pods.scalable = set
    const rollback = spec.controller.kind === 'deployment' && spec.controller.rollback
    this.kept.set(spec.workload, { spec, set, removed: null, going: [], rollout: null, rollback })
    return pods
  }

  /** Brings all controllers that have something to do one step further, at once; false when none has. */
  settle(): boolean {
    return this.controllers.settle()
  }

  // ---- what people do

  setOf(workload: WorkloadId): ControlledSet {
    return this.of(workload).set
  }

  /** A version of the workload by its row. */
  versionOf(workload: WorkloadId, row: number | undefined): Version | undefined {
    return row === undefined ? undefined : this.of(workload).spec.versions[row]
  }

  private of(workload: WorkloadId): Kept {
    const found = this.kept.get(workload)
    if (found !== undefined) return found
    throw new Error(`the workload ${this.run.input.workloads[workload].name} has no controller; accepted: workloads with one`)
  }

  /** Rolls out a version; the same version again changes nothing, as `kubectl apply` of an unchanged manifest. */
  setVersion(workload: WorkloadId, version: number): void {
    const { set, spec } = this.of(workload)
    this.rollOut(workload, set.pods.templateOf(spec.versions[version]))
  }

  /** Replaces all pods by pods of the same version, as `kubectl rollout restart`. */
  restart(workload: WorkloadId): void {
    const { pods, template } = this.of(workload).set
    this.rollOut(workload, pods.templateOf(pods.templates[template], true))
  }

  /** Back to the template before; nothing when there is none. */
  undo(workload: WorkloadId): void {
    const previous = this.of(workload).set.previous()
    if (previous !== null) this.rollOut(workload, previous, true)
  }

  /** Whether the workload was deleted and not created again. */
  isRemoved(workload: WorkloadId): boolean {
    return (this.kept.get(workload)?.removed ?? null) !== null
  }

  /** Whether the object is deleted in the foreground and exists until the last of its pods has ended. */
  isGoing(workload: WorkloadId): boolean {
    const kept = this.kept.get(workload)
    const { pods } = this.run.cluster.view
    return (
      kept?.removed === 'foreground' && kept.going.some(([pod, epoch]) => pods.epoch[pod] === epoch && pods.phase[pod] !== PodPhase.Gone)
    )
  }

  /**
   * Deletes the object as `kubectl delete`; the garbage collector deletes what it owned, unless that is orphaned. In the foreground its
   * controllers create no pods from the request on, as for an object that is gone.
   */
  remove(workload: WorkloadId, cascade: Cascade): void {
    const kept = this.of(workload)
    if (kept.removed !== null) return
    kept.removed = cascade
    kept.rollout = null
    kept.set.remove!(cascade)
    if (cascade === 'orphan') return
    const { simulator, input } = this.run
    const client = (this.collector ??= this.run.apiClients.ofController(COLLECTOR_WORKERS))
    client?.opens()
    const { pods } = kept.set
    const left = [...pods.pods]
    kept.going = left.map((pod) => [pod, this.run.cluster.view.pods.epoch[pod]])
    simulator.call(simulator.now + kept.set.depth! * input.orchestration!.latency, () => {
      for (const pod of left) {
        const uid = this.objects.uid[pod]
        sendWith(client, () => {
          if (this.objects.uid[pod] === uid) pods.delete(pod)
        })
      }
    })
  }

  /** Creates the object of a deleted workload again. Orphaned pods and ReplicaSets belong to it as before. */
  restore(workload: WorkloadId, replicas: number): void {
    const kept = this.of(workload)
    if (kept.removed === 'orphan') kept.set.restore!()
    else kept.set = kept.set.pods.scalable = this.controllers.create(kept.spec, kept.set.pods, replicas)
    kept.removed = null
  }

  private rollOut(workload: WorkloadId, template: number, undo = false): void {
    const kept = this.of(workload)
    if (template === kept.set.template) return
    kept.rollout = this.run.changes.begins(workload, this.run.simulator.now)
    kept.set.rollOut(template, undo)
    this.course?.rollsOut(workload, template)
  }

  private rolledBack(workload: WorkloadId): void {
    const kept = this.of(workload)
    if (kept.rollout !== null) kept.rollout.late = true
    kept.rollout = this.run.changes.begins(workload, this.run.simulator.now)
    this.course?.rollsOut(workload, kept.set.template)
  }

  // ---- what a descheduler asks

  /** One request to the eviction API; false: a disruption budget forbids it. Undefined: the pod has no controller of the orchestrator. */
  requestEviction(pod: PodId): boolean | undefined {
    const pods = this.byOwner[this.run.cluster.view.pods.owner[pod]]
    return pods === undefined ? undefined : this.controllers.evict(pod, pods)
  }

  /** Memory limit of the pod [bytes]; Infinity: none. */
  memoryLimitOf(pod: PodId): number {
    return this.byOwner[this.run.cluster.view.pods.owner[pod]]?.versionOf(pod).memory?.limit ?? Infinity
  }

  /** What the pod mounts. */
  volumesOf(pod: PodId): readonly PodVolume[] {
    const pods = this.byOwner[this.run.cluster.view.pods.owner[pod]]
    return pods === undefined ? [] : (this.run.input.orchestration?.storage?.pods[pods.workload] ?? [])
  }

  /** Whether the node answers, as far as the control plane knows. */
  isReady(node: NodeId): boolean {
    return this.health === null || this.health.taintsOf(node).length === 0
  }

  /** Labels or taints of nodes have changed. */
  nodesChanged(): void {
    this.controllers.nodesChanged()
  }

  /** Empties a node that was cordoned. */
  drain(node: NodeId): void {
    this.controllers.nodeDrained?.(node)
    this.drains.drain(node)
  }

  /** The controllers of workloads, budgets, nodes and endpoints are down until this time; pods and nodes go on without them. */
  private hold(until: Time): void {
    this.controllers.hold(until)
    this.disruption.hold(until)
    this.health?.hold(until)
    this.run.endpoints.hold(until)
  }

  // ---- pods, for the controllers

  create(controller: PodController, pod: NewPod): PodId {
    return this.of(controller.workload!).set.pods.create(controller, pod)
  }

  delete(pod: PodId): void {
    this.byOwner[this.run.cluster.view.pods.owner[pod]].delete(pod)
  }

  release(pod: PodId): void {
    this.kubelets.release(pod)
  }

  evict(pod: PodId, reason: EndReason): void {
    this.byOwner[this.run.cluster.view.pods.owner[pod]].evict(pod, reason)
  }

  // ---- reports

  private reported(workload: WorkloadId | undefined): void {
    const kept = this.kept.get(workload!)
    if (kept !== undefined && noteProgress(kept.set, kept, this.run.simulator.now)) this.undo(workload!)
  }
}
