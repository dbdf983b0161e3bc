/** The controllers of Kubernetes in a run. */
import type { NodeId, PodId, Time, WorkloadId } from '../../common/ids.ts'
import type { RandomStream } from '../../random/stream.ts'
import { DaemonSetController } from '../kubernetes/daemon-set.ts'
import { DeploymentController } from '../kubernetes/deployment.ts'
import type { DisruptionController } from '../kubernetes/disruption.ts'
import { ReplicaSetController } from '../kubernetes/replica-set.ts'
import { StatefulSetController } from '../kubernetes/stateful-set.ts'
import { EndReason } from '../owners.ts'
import type { ControlledPods } from './controlled-pods.ts'
import { DaemonSetSet, DeploymentSet, StatefulSetSet, type ControlledSet } from './controlled-sets.ts'
import type { ControlledWorkload } from './spec.ts'
import { existingNodes, suits, type ControllersRun, type WorkloadControllers } from './workload-controllers.ts'

/** Source: Kubernetes 1.34 pkg/controller/daemon/config/v1alpha1/defaults.go. */
const DAEMON_SET_WORKERS = 2

export class KubernetesControllers implements WorkloadControllers {
  private readonly run: ControllersRun
  private readonly disruption: DisruptionController
  private readonly deployments: DeploymentController
  private readonly replicaSets: ReplicaSetController
  private readonly statefulSets: StatefulSetController
  private readonly daemonSets: DaemonSetController
  private readonly daemons: DaemonSetSet[] = []
  private readonly order: RandomStream

  constructor(run: ControllersRun, disruption: DisruptionController) {
    const { simulator, objects, control, latency } = run
    this.run = run
    this.disruption = disruption
    this.order = run.streams.stream('daemon set order')
    const common = { simulator, objects, control, latency }
    const reported = (object: { readonly workload?: WorkloadId | undefined }): void => run.reported(object.workload)
    const { apiClients } = run
    this.replicaSets = new ReplicaSetController({ ...common, client: apiClients.ofController() })
    this.deployments = new DeploymentController({
      ...common,
      client: apiClients.ofController(),
      replicaSets: this.replicaSets,
      reported,
      resized: ({ workload }, { template }, from, to) => run.events?.scaled(workload!, template, from, to),
    })
    this.statefulSets = new StatefulSetController({
      ...common,
      client: apiClients.ofController(),
      reported: ({ controller }) => reported(controller),
    })
    this.daemonSets = new DaemonSetController({
      ...common,
      client: apiClients.ofController(DAEMON_SET_WORKERS),
      nodes: { existing: () => existingNodes(run.cluster), taints: (node) => run.taintsOf(node) },
      order: (rows) => this.shuffled(rows),
      reported: ({ controller }) => {
        const set = this.daemons.findLast(({ pods }) => pods.workload === controller.workload)
        if (set !== undefined) run.sized(controller.workload!, set.replicas)
        reported(controller)
      },
    })
  }

  create({ controller: spec, workload }: ControlledWorkload, pods: ControlledPods, replicas: number): ControlledSet {
    switch (spec.kind) {
      case 'deployment': {
        const { strategy, progressDeadline, revisionHistory, minReady } = spec
        const object = { template: 0, minReady, replicas, strategy, progressDeadline, revisionHistory, paused: false }
        return new DeploymentSet(pods, this.deployments.create(object, workload), this.deployments, this.replicaSets)
      }
      case 'stateful-set': {
        const { podManagement, updateStrategy, partition, maxUnavailable, minReady } = spec
        const object = { template: 0, minReady, replicas, podManagement, updateStrategy, partition, maxUnavailable, start: 0 }
        return new StatefulSetSet(pods, this.statefulSets.create(object, workload), this.statefulSets)
      }
      case 'daemon-set': {
        const { updateStrategy, maxSurge, maxUnavailable, minReady } = spec
        const placement = {
          tolerations: pods.shapeOf(0).tolerations,
          hostNetwork: false,
          matches: (node: NodeId) => suits(this.run.cluster, pods, node),
        }
        const object = { template: 0, minReady, updateStrategy, maxSurge, maxUnavailable }
        const set = new DaemonSetSet(pods, this.daemonSets.create(object, placement, workload), this.daemonSets)
        this.daemons.push(set)
        return set
      }
      default:
        throw new Error(`a ${spec.kind} is no controller of Kubernetes; accepted: deployment, stateful-set, daemon-set`)
    }
  }

  settle(): boolean {
    const steps = [this.deployments, this.replicaSets, this.statefulSets, this.daemonSets].map((controller) => controller.settle())
    return steps.includes(true)
  }

  hold(until: Time): void {
    for (const controller of [this.deployments, this.replicaSets, this.statefulSets, this.daemonSets]) controller.hold(until)
  }

  nodesChanged(): void {
    this.daemonSets.nodesChanged()
  }

  nodeLeft(node: NodeId): void {
    for (const set of this.daemons) for (const pod of [...set.podsOn(node)]) this.run.lifecycle.terminate(pod, EndReason.NodeLost)
    this.daemonSets.nodesChanged()
  }

  /** Through the eviction API, which asks the disruption budget. */
  evict(pod: PodId, { budget }: ControlledPods): boolean {
    return this.disruption.evict(pod, budget === null ? [] : [budget]) === 'evicted'
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
