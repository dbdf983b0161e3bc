/** A service of Docker Swarm as a run has it. Times [µs]. */
import type { Time } from '../../common/ids.ts'

/** How tasks are replaced by tasks of another version: `update_config`, or `rollback_config` on the way back. */
export interface UpdateConfig {
  /** Slots that are updated at the same time; 0: all. */
  readonly parallelism: number
  /** Wait of a worker between two slots, and after its last one. */
  readonly delay: Time
  /** What follows when more tasks fail than `maxFailureRatio` tolerates. */
  readonly failureAction: 'pause' | 'continue' | 'rollback'
  /** A task that ends within this time of its start counts as a failure of the update. */
  readonly monitor: Time
  readonly maxFailureRatio: number
  readonly order: 'stop-first' | 'start-first'
}

/** Whether and when a task that ended is replaced. */
export interface RestartPolicy {
  /** Exits of containers are failures here, so that `on-failure` and `any` are the same. */
  readonly condition: 'none' | 'on-failure' | 'any'
  readonly delay: Time
  /** Infinity: without end. */
  readonly maxAttempts: number
  /** Restarts that count against `maxAttempts`: those within this time; 0: all. */
  readonly window: Time
}

/** A service that keeps a number of tasks, or one task per node. */
export interface SwarmServiceController {
  readonly kind: 'swarm-service'
  readonly mode: 'replicated' | 'global'
  readonly update: UpdateConfig
  readonly rollback: UpdateConfig
  readonly restart: RestartPolicy
  /** Health checks that must fail one after another until a task is unhealthy, which ends it; failures within `startPeriod` do not count. */
  readonly health: { readonly retries: number; readonly startPeriod: Time }
}
