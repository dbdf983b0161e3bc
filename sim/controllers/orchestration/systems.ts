/** The orchestrators by name: the controllers of each, and how it notices silent nodes. A further one is a line in the list. */
import type { NodeId, PodId, Time } from '../../common/ids.ts'
import { silenceUntilUnreachable } from '../mesos/pings.ts'
import { silenceUntilDown } from '../swarm/heartbeats.ts'
import type { DisruptionController } from '../kubernetes/disruption.ts'
import type { NodeLifecycle } from '../node-lifecycle.ts'
import type { ControlledPods } from './controlled-pods.ts'
import { EcsControllers } from './ecs-controllers.ts'
import { EcsDetection } from './ecs-detection.ts'
import { HeartbeatDetection } from './heartbeat-detection.ts'
import type { Kubelets } from './kubelet.ts'
import { KubernetesControllers } from './kubernetes-controllers.ts'
import { KubernetesDetection } from './kubernetes-detection.ts'
import { MarathonControllers } from './marathon-controllers.ts'
import type { NodeDetection } from './node-detection.ts'
import type { NodeHealth } from './node-health.ts'
import type { Orchestration, OrchestratorName } from './spec.ts'
import { SwarmControllers } from './swarm-controllers.ts'
import type { ControllersRun, WorkloadControllers } from './workload-controllers.ts'

/** What an orchestrator needs of the run. */
export interface SystemRun extends ControllersRun {
  readonly nodes: NodeLifecycle
  readonly kubelets: Kubelets
  readonly disruption: DisruptionController
  podsOf(pod: PodId): ControlledPods | undefined
  /** How long the pods of a workload stay on an unhealthy node of Kubernetes. */
  tolerationOf(pods: ControlledPods): Time
}

/** The parts of one orchestrator. */
export interface OrchestratorSystem {
  readonly controllers: WorkloadControllers
  detectionOf(health: NodeHealth): NodeDetection
}

function kubernetes(run: SystemRun, { nodeGrace }: Orchestration): OrchestratorSystem {
  const controllers = new KubernetesControllers(run, run.disruption)
  return {
    controllers,
    detectionOf: (health) =>
      new KubernetesDetection(run, {
        grace: nodeGrace,
        tolerationOf: (pods) => run.tolerationOf(pods),
        podsOf: (pod) => run.podsOf(pod),
        nodesChanged: () => controllers.nodesChanged(),
        collect: (node) => health.collect(node),
      }),
  }
}

function swarm(run: SystemRun): OrchestratorSystem {
  const controllers = new SwarmControllers(run)
  const draws = run.streams.keyed('heartbeats')
  return {
    controllers,
    detectionOf: (health) =>
      new HeartbeatDetection(run, {
        timeout: (node, silence) => silenceUntilDown(draws.at(node, 2 * silence), draws.at(node, 2 * silence + 1)),
        podsOf: (pod) => run.podsOf(pod),
        nodeDown: (node: NodeId) => controllers.nodeDown(node),
        nodeUp: (node: NodeId) => controllers.nodeUp(node),
        collect: (node) => health.collect(node),
      }),
  }
}

function ecs(run: SystemRun): OrchestratorSystem {
  const controllers = new EcsControllers(run)
  return {
    controllers,
    detectionOf: (health) => new EcsDetection(run, controllers, (node) => health.collect(node)),
  }
}

function mesos(run: SystemRun): OrchestratorSystem {
  const controllers = new MarathonControllers(run)
  const draws = run.streams.keyed('agent pings')
  return {
    controllers,
    detectionOf: (health) =>
      new HeartbeatDetection(run, {
        timeout: (node, silence) => silenceUntilUnreachable(draws.at(node, silence)),
        podsOf: (pod) => run.podsOf(pod),
        nodeDown: (node: NodeId) => controllers.nodeDown(node),
        nodeUp: (node: NodeId) => controllers.nodeUp(node),
        collect: (node) => health.collect(node),
      }),
  }
}

const SYSTEMS: Readonly<Record<OrchestratorName, (run: SystemRun, orchestration: Orchestration) => OrchestratorSystem>> = {
  kubernetes,
  swarm,
  ecs,
  mesos,
}

/** The controllers and the detection of the run's orchestrator. */
export const createOrchestratorSystem = (orchestration: Orchestration, run: SystemRun): OrchestratorSystem =>
  SYSTEMS[orchestration.orchestrator ?? 'kubernetes'](run, orchestration)
