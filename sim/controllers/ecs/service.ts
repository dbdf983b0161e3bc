/** The object of an ECS service: its tasks and its deployment. */
import type { NodeId, PodId, Time, WorkloadId } from '../../common/ids.ts'
import type { PodController, PodObjects } from '../kubernetes/pod-objects.ts'
import type { EcsServiceController } from './spec.ts'

/** Without a load balancer and without a health check a task counts as healthy this long after it runs [µs]. */
const HEALTHY_AFTER: Time = 40_000_000

/** One task that the service wants, or has only just told to stop. */
export interface EcsTask {
  readonly pod: PodId
  readonly template: number
  /** Of a DAEMON service: its container instance. */
  readonly node: NodeId
  /** Its container instance is drained, or its load balancer's checks fail. */
  draining: boolean
  unhealthy: boolean
  hasRun: boolean
  wasHealthy: boolean
}

/** What the service is created with. */
export interface EcsServiceGiven {
  readonly workload?: WorkloadId
  readonly replicas: number
  /** The tasks have a health check, of the container or of the load balancer. */
  readonly isChecked: boolean
  matches(node: NodeId): boolean
}

export class EcsService {
  readonly row: number
  readonly spec: Omit<EcsServiceController, 'kind'>
  readonly given: EcsServiceGiven
  readonly controller: PodController
  desired: number
  template = 0
  /** Template of the last deployment that was completed; a failed one is rolled back to it. */
  completed: number | null = null
  /** What `undo` goes back to. */
  before: number | null = null
  /** The deployment under way: IN_PROGRESS, COMPLETED or FAILED. */
  rollout: 'in-progress' | 'completed' | 'failed' = 'in-progress'
  /** Tasks of the deployment that failed, as the circuit breaker counts them. */
  failures = 0
  /** Launches in a row that ended before the task ran, and the end of the pause that follows from it. */
  launchFailures = 0
  pausedUntil: Time = 0
  /** Tasks that are wanted, in order of creation. */
  tasks: EcsTask[] = []
  /** Nodes of a DAEMON service. */
  nodes: readonly NodeId[] = []

  constructor(row: number, spec: Omit<EcsServiceController, 'kind'>, given: EcsServiceGiven, controller: PodController) {
    this.row = row
    this.spec = spec
    this.given = given
    this.controller = controller
    this.desired = given.replicas
  }

  get isDaemon(): boolean {
    return this.spec.scheduling === 'DAEMON'
  }

  /** Of the present template, on an instance that stays, and not failing its checks. */
  isCurrent({ template, draining, unhealthy }: EcsTask): boolean {
    return template === this.template && !draining && !unhealthy
  }

  /** RUNNING, and healthy by the load balancer or the container's check. */
  isHealthy(task: EcsTask, objects: PodObjects, now: Time): boolean {
    return !task.unhealthy && objects.isAvailable(task.pod, this.settling, now)
  }

  /** Time that a running task needs to count as healthy without any check. */
  get settling(): Time {
    return this.spec.loadBalancer || this.given.isChecked ? 0 : HEALTHY_AFTER
  }
}
