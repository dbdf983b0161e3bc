/**
 * Silent container instances in Amazon ECS. A lost connection to the agent replaces no task: the instance only takes no further ones. What
 * replaces tasks of an instance that is down are the health checks of the load balancer, which fail and take its targets out; a service
 * without one waits until the instance is terminated, which deregisters it and stops its tasks.
 * Source: Amazon ECS developer guide ("container instance life cycle": the connection is reported as lost "within a few minutes"; service
 * scheduler; deployment-type-ecs). Assumptions: three minutes are meant; tasks that were placed there meanwhile and never ran are replaced then;
 * five seconds pass from a termination to the deregistration.
 */
import type { NodeId, Time, WorkloadId } from '../../common/ids.ts'
import type { Simulator } from '../../engine/simulator.ts'
import type { KeyedStream, Streams } from '../../random/stream.ts'
import type { Workload } from '../../serving/spec.ts'
import type { NodeLifecycle } from '../node-lifecycle.ts'
import type { EcsControllers } from './ecs-controllers.ts'
import type { Kubelets } from './kubelet.ts'
import type { NodeDetection } from './node-detection.ts'

const AGENT_DISCONNECT: Time = 180_000_000
const DEREGISTRATION: Time = 5_000_000

/** What the detection needs of the run. */
export interface EcsDetectionRun {
  readonly simulator: Simulator
  readonly streams: Streams
  readonly nodes: NodeLifecycle
  readonly kubelets: Kubelets
  readonly workloads: readonly Workload[]
}

interface WatchedInstance {
  /** Counts changes, so that earlier events are void. */
  change: number
  isSilent: boolean
  isDown: boolean
}

export class EcsDetection implements NodeDetection {
  private readonly watched = new Map<NodeId, WatchedInstance>()
  /** By workload: the event of its failing checks. */
  private readonly failing: number[]
  private readonly disconnects: number
  private readonly collects: number
  private readonly phases: KeyedStream
  private readonly run: EcsDetectionRun
  private readonly controllers: EcsControllers

  /** @param collect removes an instance that does not exist any more, with its pods */
  constructor(run: EcsDetectionRun, controllers: EcsControllers, collect: (node: NodeId) => void) {
    const { simulator, streams } = run
    this.run = run
    this.controllers = controllers
    this.phases = streams.keyed('health checks of load balancers')
    this.failing = run.workloads.map(({ name }, workload) =>
      simulator.register(`health checks of ${name} fail`, (node, change) => {
        if (this.watched.get(node)?.change === change) this.fails(node, workload)
      }),
    )
    this.disconnects = simulator.register('agent of an instance is disconnected', (node, change) => {
      if (this.watched.get(node)?.change !== change) return
      run.nodes.cordon(node, 'unreachable')
      for (const { service } of controllers.sets) controllers.services.disconnected(service, node)
    })
    this.collects = simulator.register('terminated instance is deregistered', (node) => {
      if (this.watched.has(node)) collect(node)
    })
  }

  added(node: NodeId): void {
    this.watched.set(node, { change: 0, isSilent: false, isDown: false })
  }

  removed(node: NodeId): void {
    this.watched.delete(node)
  }

  silent(node: NodeId, down: boolean): void {
    const found = this.watched.get(node)!
    const { simulator } = this.run
    if (!found.isSilent) {
      found.isSilent = true
      found.change++
      simulator.at(simulator.now + AGENT_DISCONNECT, this.disconnects, node, found.change)
    }
    if (!down || found.isDown) return
    found.isDown = true
    for (const { service, pods } of this.controllers.sets) {
      const { loadBalancer, unhealthyThreshold } = service.spec
      const period = this.run.workloads[pods.workload].probe
      if (!loadBalancer || period === 0) continue
      const first = this.phases.at(node, found.change * this.failing.length + pods.workload) * period
      const time = simulator.now + Math.floor(first) + (unhealthyThreshold - 1) * period
      simulator.at(time, this.failing[pods.workload], node, found.change)
    }
  }

  private fails(node: NodeId, workload: WorkloadId): void {
    this.run.kubelets.markUnready(node, { workload })
    const set = this.controllers.sets.find(({ pods }) => pods.workload === workload)!
    this.controllers.services.checked(set.service, node, false)
  }

  lost(node: NodeId): void {
    this.run.nodes.cordon(node, 'unreachable')
    this.run.simulator.at(this.run.simulator.now + DEREGISTRATION, this.collects, node, 0)
  }

  answers(node: NodeId): void {
    const found = this.watched.get(node)!
    found.change++
    found.isSilent = false
    found.isDown = false
    this.run.nodes.uncordon(node, 'unreachable')
    for (const { service } of this.controllers.sets) this.controllers.services.checked(service, node, true)
  }

  taintsOf(): readonly never[] {
    return []
  }
}
