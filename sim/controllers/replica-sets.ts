/**
 * Keeps as many pods of each service as are wanted. Who goes first when there are too many: pods without a node, then pods that are not
 * ready, then the ready ones, the youngest first in each group (as a Kubernetes ReplicaSet ranks them; pod deletion cost, spread over nodes and
 * restarts are left out). Terminating pods count no more, so a drained pod is replaced at once.
 */
import type { Cluster } from '../cluster/cluster.ts'
import { PodPhase } from '../cluster/views.ts'
import type { Simulator } from '../engine/simulator.ts'
import type { ServiceRun } from '../serving/flow.ts'
import type { PodShape } from '../cluster/spec.ts'
import type { Placement } from './placement.ts'
import type { PodLifecycle } from './pod-lifecycle.ts'

const rank = (phase: number): number => (phase === PodPhase.Pending ? 0 : phase === PodPhase.Ready ? 2 : 1)

export class ReplicaSets {
  readonly desired: number[] = []
  private readonly shapes: PodShape[] = []
  private readonly pods: number[][] = []
  private readonly created: number[] = []

  private readonly simulator: Simulator
  private readonly cluster: Cluster
  private readonly lifecycle: PodLifecycle
  private readonly placement: Placement

  constructor(simulator: Simulator, cluster: Cluster, services: readonly ServiceRun[], lifecycle: PodLifecycle, placement: Placement) {
    this.simulator = simulator
    this.cluster = cluster
    this.lifecycle = lifecycle
    this.placement = placement
    for (const { spec } of services) {
      this.desired.push(0)
      this.shapes.push(spec.shape)
      this.pods.push([])
      this.created.push(0)
    }
  }

  /** Pods of the service that are not on their way out. */
  podsOf(service: number): readonly number[] {
    return this.pods[service]
  }

  shapeOf(service: number): PodShape {
    return this.shapes[service]
  }

  /** Pods created from now on ask for this. */
  resize(service: number, cpu: number): void {
    this.shapes[service] = { ...this.shapes[service], cpu }
  }

  scale(service: number, replicas: number): void {
    this.desired[service] = replicas
    this.reconcile(service)
  }

  /** A pod has to leave its node; its replacement is created at once. */
  evict(pod: number): void {
    const service = this.cluster.view.pods.service[pod]
    const row = this.pods[service].indexOf(pod)
    if (row < 0) return
    this.pods[service].splice(row, 1)
    this.lifecycle.terminate(pod)
    this.reconcile(service)
  }

  private reconcile(service: number): void {
    const missing = this.desired[service] - this.pods[service].length
    if (missing > 0) for (let i = 0; i < missing; i++) this.create(service)
    else if (missing < 0) this.remove(service, -missing)
  }

  private create(service: number): void {
    const pod = this.cluster.createPod(this.shapes[service], service, this.simulator.now)
    this.pods[service].push(pod)
    this.lifecycle.createdForService(pod, this.created[service]++)
    this.placement.arrived(pod)
  }

  private remove(service: number, count: number): void {
    const { phase, order } = this.cluster.view.pods
    const victims = [...this.pods[service]].sort((a, b) => rank(phase[a]) - rank(phase[b]) || order[b] - order[a]).slice(0, count)
    const leaving = new Set(victims)
    this.pods[service] = this.pods[service].filter((pod) => !leaving.has(pod))
    for (const pod of victims) {
      if (this.cluster.view.pods.phase[pod] === PodPhase.Pending) this.placement.dropped(pod)
      this.lifecycle.terminate(pod)
    }
  }
}
