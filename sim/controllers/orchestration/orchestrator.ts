/**
 * The orchestrator of a run: the controllers of its workloads, the kubelets, node health, and the eviction API. A part of the run; workloads
 * that name no controller are kept by the plain replica sets (replica-sets.ts).
 */
import type { Cluster } from '../../cluster/cluster.ts'
import { NodeState } from '../../cluster/views.ts'
import type { NodeId, PodId, Time, WorkloadId } from '../../common/ids.ts'
import type { Simulator } from '../../engine/simulator.ts'
import type { ChangeRecorder } from '../../measure/change-recorder.ts'
import type { RandomStream, Streams } from '../../random/stream.ts'
import type { Servers } from '../../serving/servers.ts'
import type { Workload } from '../../serving/spec.ts'
import { DaemonSetController } from '../kubernetes/daemon-set.ts'
import { DeploymentController } from '../kubernetes/deployment.ts'
import { DisruptionController } from '../kubernetes/disruption.ts'
import { PodObjects, type NewPod, type PodControl, type PodController } from '../kubernetes/pod-objects.ts'
import { ReplicaSetController } from '../kubernetes/replica-set.ts'
import { StatefulSetController } from '../kubernetes/stateful-set.ts'
import type { NodeLifecycle } from '../node-lifecycle.ts'
import { EndReason, type Owners } from '../owners.ts'
import type { Placement } from '../placement.ts'
import type { PodLifecycle } from '../pod-lifecycle.ts'
import type { Delays } from '../spec.ts'
import { ControlledPods } from './controlled-pods.ts'
import { DaemonSetSet, DeploymentSet, noteProgress, StatefulSetSet, type ControlledSet, type RolloutState } from './controlled-sets.ts'
import { Drains } from './drains.ts'
import { Kubelets } from './kubelet.ts'
import { NodeHealth } from './node-health.ts'
import type { ControlledWorkload, Orchestration } from './spec.ts'

/** What the orchestrator needs of the run. */
export interface OrchestratorRun {
  readonly simulator: Simulator
  readonly streams: Streams
  readonly cluster: Cluster
  readonly owners: Owners
  readonly lifecycle: PodLifecycle
  readonly nodes: NodeLifecycle
  readonly placement: Placement
  readonly servers: Servers
  readonly changes: ChangeRecorder
  readonly input: {
    readonly workloads: readonly Workload[]
    readonly delays: Delays
    readonly orchestration?: Orchestration
  }
}

/** A workload with its controller, and the rollout that it is in. */
interface Kept extends RolloutState {
  readonly spec: ControlledWorkload
  readonly set: ControlledSet
}

export class Orchestrator implements PodControl {
  readonly kubelets: Kubelets
  readonly drains: Drains
  /** Null: nothing breaks in this run. */
  readonly health: NodeHealth | null
  private readonly objects = new PodObjects()
  private readonly kept = new Map<WorkloadId, Kept>()
  private readonly byOwner: ControlledPods[] = []
  /** By pod: what is notified of it. */
  private readonly notified: (PodController | null)[] = []
  private readonly disruption: DisruptionController
  private readonly deployments: DeploymentController
  private readonly replicaSets: ReplicaSetController
  private readonly statefulSets: StatefulSetController
  private readonly daemonSets: DaemonSetController
  private sized: (workload: WorkloadId, replicas: number) => void = () => undefined
  private readonly order: RandomStream
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
    this.order = run.streams.stream('daemon set order')
    const podsOf = (pod: PodId): ControlledPods | undefined => this.byOwner[run.cluster.view.pods.owner[pod]]
    this.kubelets = new Kubelets(run, this.objects, podsOf)
    const common = { simulator, objects: this.objects, control: this, latency }
    const reported = (object: { readonly workload?: WorkloadId | undefined }): void => this.reported(object.workload)
    this.disruption = new DisruptionController({
      ...common,
      control: { delete: (pod) => run.lifecycle.terminate(pod, EndReason.Evicted) },
    })
    this.replicaSets = new ReplicaSetController(common)
    this.deployments = new DeploymentController({ ...common, replicaSets: this.replicaSets, reported })
    this.statefulSets = new StatefulSetController({ ...common, reported: ({ controller }) => reported(controller) })
    this.daemonSets = new DaemonSetController({
      ...common,
      nodes: { existing: () => this.existingNodes(), taints: (node) => this.health?.taintsOf(node) ?? [] },
      order: (rows) => this.shuffled(rows),
      reported: ({ controller }) => reported(controller),
    })
    this.drains = new Drains(run, this.disruption, podsOf)
    nodes.evictBy((pod, node) => this.drains.evict(pod, node))
    nodes.whenJoined(() => this.daemonSets.nodesChanged())
    nodes.whenLeft((node) => this.nodeLeft(node))
    this.health =
      faults.length === 0
        ? null
        : new NodeHealth(run, this.kubelets, {
            grace: orchestration.nodeGrace,
            tolerationOf: (pods) => this.kept.get(pods.workload)!.spec.toleration,
            podsOf,
            nodesChanged: () => this.daemonSets.nodesChanged(),
          })
  }

  /** Nodes are watched from the origin on. */
  opens(): void {
    this.health?.opens()
  }

  /** Called once, by the replica sets: `sized` is notified of the number of nodes that a DaemonSet's pods may run on. */
  whenSized(sized: (workload: WorkloadId, replicas: number) => void): void {
    this.sized = sized
  }

  /** Creates the object of a workload; its pods follow. */
  add(spec: ControlledWorkload, replicas: number): ControlledPods {
    const budget = spec.budget === null ? null : this.disruption.create(spec.budget)
    const shared = {
      objects: this.objects,
      disruption: this.disruption,
      controllers: this.notified,
      created: (pod: PodId, ordinal: number) => this.kubelets.created(pod, ordinal),
      gone: (pod: PodId) => this.kubelets.gone(pod),
    }
    const pods = new ControlledPods(this.run, shared, spec, budget)
    this.byOwner[pods.owner] = pods
    const set = this.objectOf(spec, pods, replicas)
    pods.scalable = set
    const rollback = spec.controller.kind === 'deployment' && spec.controller.rollback
    this.kept.set(spec.workload, { spec, set, rollout: null, rollback })
    return pods
  }

  private objectOf({ controller: spec, workload }: ControlledWorkload, pods: ControlledPods, replicas: number): ControlledSet {
    const base = { template: 0, minReady: spec.minReady }
    switch (spec.kind) {
      case 'deployment': {
        const { strategy, progressDeadline, revisionHistory } = spec
        const object = { ...base, replicas, strategy, progressDeadline, revisionHistory, paused: false }
        return new DeploymentSet(pods, this.deployments.create(object, workload), this.deployments)
      }
      case 'stateful-set': {
        const { podManagement, updateStrategy, partition } = spec
        const object = { ...base, replicas, podManagement, updateStrategy, partition, start: 0 }
        return new StatefulSetSet(pods, this.statefulSets.create(object, workload), this.statefulSets)
      }
      case 'daemon-set': {
        const { updateStrategy, maxSurge, maxUnavailable } = spec
        const placement = {
          tolerations: pods.shapeOf(0).tolerations,
          hostNetwork: false,
          matches: (node: NodeId) => this.matches(pods, node),
        }
        const object = { ...base, updateStrategy, maxSurge, maxUnavailable }
        return new DaemonSetSet(pods, this.daemonSets.create(object, placement, workload), this.daemonSets)
      }
    }
  }

  /** Node selector and GPU model; taints are judged by the controller. */
  private matches(pods: ControlledPods, node: NodeId): boolean {
    const { cluster } = this.run
    return cluster.view.admissible(cluster.internClass({ ...pods.shapeOf(0), tolerations: TOLERATES_ALL }), node)
  }

  /** Brings all controllers that have something to do one step further, at once; false when none has. */
  settle(): boolean {
    const steps = [this.deployments, this.replicaSets, this.statefulSets, this.daemonSets].map((controller) => controller.settle())
    return steps.includes(true)
  }

  // ---- what people do

  setOf(workload: WorkloadId): ControlledSet {
    return this.of(workload).set
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
    if (previous !== null) this.rollOut(workload, previous)
  }

  private rollOut(workload: WorkloadId, template: number): void {
    const kept = this.of(workload)
    if (template === kept.set.template) return
    kept.rollout = this.run.changes.begins(workload, this.run.simulator.now)
    kept.set.rollOut(template)
  }

  /** All controllers are down until this time; pods and nodes go on without them. */
  hold(until: Time): void {
    for (const controller of [this.deployments, this.replicaSets, this.statefulSets, this.daemonSets]) controller.hold(until)
  }

  // ---- pods, for the controllers

  create(controller: PodController, pod: NewPod): PodId {
    return this.of(controller.workload!).set.pods.create(controller, pod)
  }

  delete(pod: PodId): void {
    this.byOwner[this.run.cluster.view.pods.owner[pod]].delete(pod)
  }

  // ---- reports and nodes

  private reported(workload: WorkloadId | undefined): void {
    const kept = this.kept.get(workload!)
    if (kept?.set instanceof DaemonSetSet) this.sized(workload!, kept.set.replicas)
    if (kept !== undefined && noteProgress(kept.set, kept, this.run.simulator.now)) this.undo(workload!)
  }

  private *existingNodes(): Generator<NodeId> {
    const { nodes } = this.run.cluster.view
    for (let node = 0; node < nodes.count; node++)
      if (nodes.state[node] === NodeState.Ready || nodes.state[node] === NodeState.Cordoned) yield node
  }

  private nodeLeft(node: NodeId): void {
    for (const { set } of this.kept.values())
      if (set instanceof DaemonSetSet) for (const pod of [...set.podsOn(node)]) this.run.lifecycle.terminate(pod, EndReason.NodeLost)
    this.daemonSets.nodesChanged()
  }

  private shuffled(rows: readonly number[]): readonly number[] {
    const left = [...rows]
    for (let i = left.length - 1; i > 0; i--) {
      const j = Math.floor(this.order.next() * (i + 1))
      ;[left[i], left[j]] = [left[j], left[i]]
    }
    return left
  }
}

/** The controller of DaemonSets judges taints by itself. */
const TOLERATES_ALL = [{ key: '', operator: 'Exists', value: '', effect: '' }] as const
