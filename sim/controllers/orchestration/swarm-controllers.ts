/** The controllers of Docker Swarm in a run. */
import { NodeState } from '../../cluster/views.ts'
import type { NodeId, PodId, Time } from '../../common/ids.ts'
import { EndReason } from '../owners.ts'
import type { SwarmService } from '../swarm/service.ts'
import { SwarmServices } from '../swarm/services.ts'
import type { ControlledPods } from './controlled-pods.ts'
import type { ControlledSet } from './controlled-sets.ts'
import type { ControlledWorkload } from './spec.ts'
import { existingNodes, suits, type ControllersRun, type WorkloadControllers } from './workload-controllers.ts'

/** A Swarm service in a run. */
class SwarmServiceSet implements ControlledSet {
  readonly pods: ControlledPods
  readonly service: SwarmService
  private readonly services: SwarmServices

  constructor(pods: ControlledPods, service: SwarmService, services: SwarmServices) {
    this.pods = pods
    this.service = service
    this.services = services
  }

  get replicas(): number {
    return this.service.replicas
  }

  get template(): number {
    return this.service.template
  }

  get isComplete(): boolean {
    const { update, state, dirty, delayed } = this.service
    return update === null && !dirty && delayed.size === 0 && state !== 'paused' && state !== 'rollback-paused'
  }

  /** The update was paused or rolled back. */
  get isLate(): boolean {
    return this.service.state === 'paused' || this.service.state === 'rollback-paused'
  }

  scale(replicas: number): void {
    this.services.scale(this.service, replicas)
  }

  rollOut(template: number, undo: boolean): void {
    if (undo) this.services.rollBack(this.service)
    else this.services.rollOut(this.service, template)
  }

  previous(): number | null {
    return this.service.before
  }
}

export class SwarmControllers implements WorkloadControllers {
  private readonly run: ControllersRun
  private readonly services: SwarmServices
  private readonly sets: SwarmServiceSet[] = []
  private readonly down = new Set<NodeId>()
  /** Nodes with the availability drain. */
  private readonly drained = new Set<NodeId>()

  constructor(run: ControllersRun) {
    const { simulator, objects, control, latency } = run
    this.run = run
    this.services = new SwarmServices({
      ...{ simulator, objects, control, latency },
      nodes: {
        existing: () => this.usableNodes(),
        isPaused: (node) => run.cluster.view.nodes.state[node] !== NodeState.Ready,
      },
      reported: (service) => {
        if (service.isGlobal) run.sized(service.workload!, service.replicas)
        run.reported(service.workload)
      },
      rolledBack: (service) => run.rolledBack(service.workload!),
    })
  }

  private *usableNodes(): Generator<NodeId> {
    for (const node of existingNodes(this.run.cluster)) if (!this.down.has(node) && !this.drained.has(node)) yield node
  }

  create({ controller, workload }: ControlledWorkload, pods: ControlledPods, replicas: number): ControlledSet {
    if (controller.kind !== 'swarm-service') throw new Error(`a ${controller.kind} is no controller of Swarm; accepted: swarm-service`)
    const matches = (node: NodeId): boolean => suits(this.run.cluster, pods, node)
    const set = new SwarmServiceSet(pods, this.services.create(controller, { workload, replicas, matches }), this.services)
    this.sets.push(set)
    return set
  }

  settle(): boolean {
    return this.services.settle()
  }

  hold(until: Time): void {
    this.services.hold(until)
  }

  nodesChanged(): void {
    const { state } = this.run.cluster.view.nodes
    for (const node of this.drained) if (state[node] === NodeState.Ready) this.drained.delete(node)
    this.services.nodesChanged()
  }

  nodeDown(node: NodeId): void {
    this.down.add(node)
    this.services.nodeUnusable(node, 'lost')
  }

  nodeUp(node: NodeId): void {
    this.down.delete(node)
    this.services.nodesChanged()
  }

  nodeDrained(node: NodeId): void {
    this.drained.add(node)
    this.services.nodeUnusable(node, 'drained')
  }

  nodeLeft(node: NodeId): void {
    this.down.delete(node)
    this.drained.delete(node)
    this.services.nodesChanged()
  }

  /** Tasks leave a drained node at once: there are no disruption budgets. */
  evict(pod: PodId, { workload }: ControlledPods): boolean {
    const set = this.sets.find(({ pods }) => pods.workload === workload)!
    if (set.service.tasks.get(pod)?.wanted === true) this.services.leave(set.service, pod)
    else this.run.control.evict(pod, EndReason.Evicted)
    return true
  }
}
