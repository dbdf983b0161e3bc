/** The service scheduler of Amazon ECS in a run. */
import { NodeState } from '../../cluster/views.ts'
import type { NodeId, PodId, Time } from '../../common/ids.ts'
import type { EcsService } from '../ecs/service.ts'
import { EcsServices } from '../ecs/services.ts'
import { EndReason } from '../owners.ts'
import type { ControlledPods } from './controlled-pods.ts'
import type { ControlledSet } from './controlled-sets.ts'
import type { ControlledWorkload } from './spec.ts'
import { existingNodes, suits, type ControllersRun, type WorkloadControllers } from './workload-controllers.ts'

/** An ECS service in a run. */
export class EcsServiceSet implements ControlledSet {
  readonly pods: ControlledPods
  readonly service: EcsService
  private readonly services: EcsServices

  constructor(pods: ControlledPods, service: EcsService, services: EcsServices) {
    this.pods = pods
    this.service = service
    this.services = services
  }

  get replicas(): number {
    return this.service.desired
  }

  get template(): number {
    return this.service.template
  }

  get isComplete(): boolean {
    return this.service.rollout === 'completed'
  }

  get isLate(): boolean {
    return this.service.rollout === 'failed'
  }

  scale(replicas: number): void {
    this.services.scale(this.service, replicas)
  }

  rollOut(template: number): void {
    this.services.rollOut(this.service, template)
  }

  previous(): number | null {
    return this.service.before
  }
}

export class EcsControllers implements WorkloadControllers {
  readonly sets: EcsServiceSet[] = []
  readonly services: EcsServices
  private readonly run: ControllersRun
  /** Container instances with the status DRAINING. */
  private readonly draining = new Set<NodeId>()

  constructor(run: ControllersRun) {
    const { simulator, objects, control, latency, cluster } = run
    this.run = run
    this.services = new EcsServices({
      ...{ simulator, objects, control, latency },
      nodes: { active: () => this.activeNodes(), zoneOf: (node) => cluster.view.nodes.zone[node] },
      reported: (service) => {
        if (service.isDaemon) run.sized(service.given.workload!, service.desired)
        run.reported(service.given.workload)
      },
      rolledBack: (service) => run.rolledBack(service.given.workload!),
    })
  }

  private *activeNodes(): Generator<NodeId> {
    for (const node of existingNodes(this.run.cluster)) if (!this.draining.has(node)) yield node
  }

  create({ controller, workload }: ControlledWorkload, pods: ControlledPods, replicas: number): ControlledSet {
    if (controller.kind !== 'ecs-service') throw new Error(`a ${controller.kind} is no controller of ECS; accepted: ecs-service`)
    const matches = (node: NodeId): boolean => suits(this.run.cluster, pods, node)
    const isChecked = this.run.workloads[workload].probe > 0
    const service = this.services.create(controller, { workload, replicas, isChecked, matches })
    const set = new EcsServiceSet(pods, service, this.services)
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
    for (const node of this.draining) if (state[node] === NodeState.Ready) this.draining.delete(node)
    this.services.nodesChanged()
  }

  nodeDrained(node: NodeId): void {
    this.draining.add(node)
    this.services.nodesChanged()
  }

  nodeLeft(node: NodeId): void {
    this.draining.delete(node)
    this.services.nodesChanged()
  }

  /** The task is replaced within the bounds of its service. */
  evict(pod: PodId, { workload }: ControlledPods): boolean {
    const { service } = this.sets.find(({ pods }) => pods.workload === workload)!
    if (service.tasks.some((task) => task.pod === pod)) this.services.drain(service, pod)
    else this.run.control.evict(pod, EndReason.Evicted)
    return true
  }
}
