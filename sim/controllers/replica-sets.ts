/**
 * Keeps as many pods of each workload as are desired. Deleted first when there are too many: pods without a node, then pods that are not
 * ready, then ready ones, the youngest first in each group (as a Kubernetes ReplicaSet ranks them; pod deletion cost, spread over nodes
 * and restarts are left out). Terminating pods do not count, so an evicted pod is replaced immediately.
 */
import type { Admission } from './admission/admission.ts'
import { createInBatches, type Creation } from './kubernetes/creation-batches.ts'
import { WorkQueue } from './kubernetes/work-queue.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { PodShape } from '../cluster/spec.ts'
import { PodPhase } from '../cluster/views.ts'
import type { OwnerId, PodId, WorkloadId } from '../common/ids.ts'
import { OrderedSet } from '../common/ordered-set.ts'
import type { Simulator } from '../engine/simulator.ts'
import type { PodRecorder } from '../measure/pod-recorder.ts'
import type { ChangeRecorder } from '../measure/change-recorder.ts'
import type { Servers } from '../serving/servers.ts'
import type { Workload } from '../serving/spec.ts'
import type { ControlledPods } from './orchestration/controlled-pods.ts'
import type { Orchestrator } from './orchestration/orchestrator.ts'
import { isPerNode, type Cascade, type ControlledWorkload, type Orchestration } from './orchestration/spec.ts'
import { EndReason, type Controller, type Owners, type PodOwner } from './owners.ts'
import type { Placement } from './placement.ts'
import type { PodLifecycle } from './pod-lifecycle.ts'

/** The pods of a workload, whoever keeps them. */
interface WorkloadPods {
  /** Those that do not terminate. */
  readonly pods: readonly PodId[]
  readonly shape: PodShape
  scale(replicas: number): void
  /** Pods created from now on request this much CPU [millicores]. */
  resize(cpu: number): void
}

/** What the replica sets need of the run. */
export interface ReplicaSetsRun {
  readonly simulator: Simulator
  readonly cluster: Cluster
  readonly owners: Owners
  readonly lifecycle: PodLifecycle
  readonly placement: Placement
  readonly servers: Servers
  readonly pods: PodRecorder
  readonly changes: ChangeRecorder
  readonly orchestrator: Orchestrator | null
  /** Null: no pod is refused. */
  readonly admission: Admission | null
  readonly input: { readonly workloads: readonly Workload[]; readonly orchestration?: Orchestration }
}

const rank = (phase: number): number => (phase === PodPhase.Pending ? 0 : phase === PodPhase.Ready ? 2 : 1)

export class ReplicaSets {
  readonly desired: number[] = []
  private readonly sets: WorkloadPods[]
  private readonly controlled: ReadonlyMap<WorkloadId, ControlledWorkload>
  /** Sets that lost a pod which they did not delete: it is replaced once it has left. */
  private readonly short: ReplicaSet[] = []
  private readonly run: ReplicaSetsRun

  constructor(run: ReplicaSetsRun) {
    this.run = run
    this.controlled = new Map(run.input.orchestration?.workloads.map((spec) => [spec.workload, spec]))
    this.sets = run.input.workloads.map((spec, row) => {
      this.desired.push(0)
      const controller = this.controlled.get(row)
      if (controller !== undefined) return new KeptSet(run.orchestrator!, controller)
      return new ReplicaSet(run, spec, row, (set) => this.short.push(set))
    })
    run.orchestrator?.whenSized((workload, replicas) => this.sized(workload, replicas))
    run.lifecycle.listen({ terminating: () => this.replace(), released: () => this.replace() })
  }

  /** The origin: the pods of the start are created, and placed before anything else happens. */
  settles(): void {
    const { input, placement, orchestrator, cluster, servers } = this.run
    const pods = input.workloads.reduce((sum, { replicas }) => sum + replicas, 0)
    for (const table of [cluster.pods, cluster.residents, servers]) table.reserve(pods)
    orchestrator?.reservePods(pods)
    input.workloads.forEach(({ replicas }, workload) => this.scale(workload, replicas))
    placement.settle()
    while (orchestrator?.settle() === true) placement.settle()
  }

  /** Pods of services that are not ready at the horizon count with the time so far. */
  ends(): void {
    const { cluster, lifecycle } = this.run
    const { created } = cluster.view.pods
    for (const { pods } of this.sets) {
      for (const pod of pods) if (!lifecycle.hasServed(pod)) this.run.pods.unready(created[pod])
    }
  }

  /** Pods of the workload that are not terminating. */
  podsOf(workload: WorkloadId): readonly PodId[] {
    return this.sets[workload].pods
  }

  shapeOf(workload: WorkloadId): PodShape {
    return this.sets[workload].shape
  }

  /** Pods created from now on request this much CPU [millicores]. */
  resize(workload: WorkloadId, cpu: number): void {
    this.sets[workload].resize(cpu)
  }

  private replace(): void {
    for (let set = this.short.pop(); set !== undefined; set = this.short.pop()) set.reconcile()
  }

  /** Deletes a workload that has a controller. */
  remove(workload: WorkloadId, cascade: Cascade): void {
    this.run.orchestrator!.remove(workload, cascade)
    if (cascade !== 'orphan') this.sized(workload, 0)
  }

  /** Creates a deleted workload again; without a number it has as many pods as at the start. */
  restore(workload: WorkloadId, replicas = this.run.input.workloads[workload].replicas): void {
    const { orchestrator } = this.run
    if (!orchestrator!.isRemoved(workload)) return
    orchestrator!.restore(workload, replicas)
    if (this.isScalable(workload)) this.scale(workload, replicas)
  }

  /** A workload that was deleted has no number of pods. */
  scale(workload: WorkloadId, replicas: number): void {
    if (this.run.orchestrator?.isRemoved(workload) === true) return
    this.sized(workload, replicas)
    this.sets[workload].scale(replicas)
  }

  /** Whether the number of pods is an autoscaler's to choose; that of a controller with one pod per node is the number of its nodes. */
  isScalable(workload: WorkloadId): boolean {
    const spec = this.controlled.get(workload)
    return spec === undefined || !isPerNode(spec.controller)
  }

  private sized(workload: WorkloadId, replicas: number): void {
    this.desired[workload] = replicas
    this.run.changes.desired(workload, replicas, this.run.simulator.now)
  }
}

/** The pods of one workload that has a controller of the orchestrator. */
class KeptSet implements WorkloadPods {
  private kept: ControlledPods | null = null
  private readonly orchestrator: Orchestrator
  private readonly spec: ControlledWorkload

  constructor(orchestrator: Orchestrator, spec: ControlledWorkload) {
    this.orchestrator = orchestrator
    this.spec = spec
  }

  get pods(): readonly PodId[] {
    return this.kept?.pods ?? []
  }

  get shape(): PodShape {
    return this.kept === null ? this.spec.versions[0].shape : this.kept.shapeOf(this.orchestrator.setOf(this.spec.workload).template)
  }

  /** The first call creates the object. */
  scale(replicas: number): void {
    if (this.kept === null) this.kept = this.orchestrator.add(this.spec, replicas)
    else this.orchestrator.setOf(this.spec.workload).scale(replicas)
  }

  resize(cpu: number): void {
    if (this.kept !== null) this.kept.cpu = cpu
  }
}

/** The pods of one workload without a controller. */
class ReplicaSet implements PodOwner, WorkloadPods {
  readonly name: string
  private readonly present = new OrderedSet()
  shape: PodShape
  private desired = 0
  private created = 0
  private readonly owner: OwnerId
  /** Null: no pod is refused. */
  private readonly retries: WorkQueue | null
  private readonly creation: Omit<Creation, 'count'>
  private readonly row: WorkloadId
  private readonly lost: (set: ReplicaSet) => void
  private readonly spec: Workload
  private readonly run: ReplicaSetsRun

  /** @param lost is called when a pod left that was not deleted from here */
  constructor(run: ReplicaSetsRun, spec: Workload, row: WorkloadId, lost: (set: ReplicaSet) => void) {
    this.lost = lost
    this.run = run
    this.spec = spec
    this.name = spec.name
    this.row = row
    this.shape = spec.shape
    this.owner = run.owners.register(this)
    this.retries = run.admission === null ? null : new WorkQueue(run.simulator, `replica set ${spec.name}`, () => this.reconcile())
    this.creation = {
      client: undefined,
      refusable: this.retries !== null,
      create: () => this.create(),
      refused: () => this.retries?.retry(0),
    }
  }

  get pods(): readonly PodId[] {
    return this.present.list
  }

  scale(replicas: number): void {
    this.desired = replicas
    this.reconcile()
  }

  terminating(pod: PodId): void {
    this.forget(pod)
  }

  ended(pod: PodId): void {
    this.forget(pod)
  }

  movable(): boolean {
    return true
  }

  controllerOf(): Controller {
    return { kind: 'ReplicaSet', key: `${this.owner}` }
  }

  resize(cpu: number): void {
    this.shape = { ...this.shape, cpu }
  }

  /** A pod that was deleted from here is not in the list any more. */
  private forget(pod: PodId): void {
    if (this.present.delete(pod)) this.lost(this)
  }

  reconcile(): void {
    const missing = this.desired - this.present.size
    if (missing <= 0) this.retries?.forget(0)
    if (missing > 0) createInBatches({ ...this.creation, count: missing })
    else if (missing < 0) this.remove(-missing)
  }

  /** False when the API server refuses the pod. */
  private create(): boolean {
    const { cluster, simulator, lifecycle, placement, admission } = this.run
    if (admission?.admits(this.shape) === false) return false
    const pod = cluster.createPod(this.shape, this.spec.service, simulator.now)
    admission?.created(pod, this.shape)
    cluster.setOwner(pod, this.owner)
    this.present.add(pod)
    lifecycle.createdToServe(pod, this.row, this.created++)
    placement.arrived(pod, this.spec.scheduler)
    return true
  }

  private remove(count: number): void {
    const { phase, order } = this.run.cluster.view.pods
    const victims = [...this.pods].sort((a, b) => rank(phase[a]) - rank(phase[b]) || order[b] - order[a]).slice(0, count)
    for (const pod of victims) this.present.delete(pod)
    for (const pod of victims) this.run.lifecycle.terminate(pod, EndReason.Deleted)
  }
}
