/** A service of Amazon ECS as a run has it. Times [µs]. */
import type { Time } from '../../common/ids.ts'

/** When a deployment counts as failed. */
export interface CircuitBreaker {
  readonly enable: boolean
  readonly rollback: boolean
  /** True: failures are counted from the last task that became healthy. */
  readonly resetOnHealthyTask: boolean
  readonly threshold: { readonly type: 'COUNT' | 'BOUNDED_PERCENT' | 'UNBOUNDED_PERCENT'; readonly value: number }
}

/** A service that keeps a number of tasks, or one task per container instance. */
export interface EcsServiceController {
  readonly kind: 'ecs-service'
  readonly scheduling: 'REPLICA' | 'DAEMON'
  readonly minimumHealthyPercent: number
  readonly maximumPercent: number
  readonly breaker: CircuitBreaker
  /** True: a load balancer checks the tasks; false: only the container's own health check does. */
  readonly loadBalancer: boolean
  /** Failed health checks within this time of the start are ignored. */
  readonly healthCheckGrace: Time
  /** Health checks that must fail one after another until a task is unhealthy. */
  readonly unhealthyThreshold: number
}
