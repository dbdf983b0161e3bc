/** The controllers of Swarm services, ECS services and Marathon apps of manifests, as the file writes them. */
import type { ManifestWorkload, SwarmUpdate } from '../../../workloads/index.ts'

type Raw = Record<string, unknown>

const time = (microseconds: number): string => `${microseconds}us`

/** The controller; undefined for other kinds. */
export function foreignControllerOf({ controller, template }: ManifestWorkload): Raw | undefined {
  const probe = template.containers.find(({ liveness }) => liveness !== null)?.liveness
  switch (controller.kind) {
    case 'SwarmService': {
      const { update, rollback, restart, mode } = controller
      return {
        'swarm-service': {
          mode: mode === 'global' ? 'global' : 'replicated',
          update_config: updateOf(update),
          rollback_config: updateOf(rollback),
          restart_policy: {
            ...{ condition: restart.condition, delay: time(restart.delay), window: time(restart.window) },
            max_attempts: restart.maxAttempts ?? 0,
          },
          healthcheck: { retries: Math.max(1, probe?.failureThreshold ?? 3), start_period: time(probe?.initialDelay ?? 0) },
        },
      }
    }
    case 'EcsService': {
      const { minimumHealthyPercent, maximumPercent, circuitBreaker, healthCheckGrace, scheduling } = controller
      return {
        'ecs-service': {
          schedulingStrategy: scheduling,
          deploymentConfiguration: { minimumHealthyPercent, maximumPercent, deploymentCircuitBreaker: circuitBreaker },
          loadBalancer: controller.loadBalanced,
          healthCheckGracePeriodSeconds: healthCheckGrace / SECOND,
        },
      }
    }
    case 'MarathonApp': {
      const { minimumHealthCapacity, maximumOverCapacity, backoff, unreachable, killSelection } = controller
      return {
        'marathon-app': {
          upgradeStrategy: { minimumHealthCapacity, maximumOverCapacity },
          ...{ backoffSeconds: backoff.first / SECOND, backoffFactor: backoff.factor, maxLaunchDelaySeconds: backoff.max / SECOND },
          unreachableStrategy:
            unreachable === null
              ? 'disabled'
              : { inactiveAfterSeconds: unreachable.inactiveAfter / SECOND, expungeAfterSeconds: unreachable.expungeAfter / SECOND },
          killSelection,
          healthChecks: {
            gracePeriodSeconds: (probe?.grace ?? 300 * SECOND) / SECOND,
            maxConsecutiveFailures: Math.max(1, probe?.failureThreshold ?? 3),
          },
        },
      }
    }
    default:
      return undefined
  }
}

const SECOND = 1_000_000

const updateOf = ({ parallelism, delay, failureAction, monitor, maxFailureRatio, order }: SwarmUpdate): Raw => ({
  ...{ parallelism, delay: time(delay), failure_action: failureAction, monitor: time(monitor) },
  ...{ max_failure_ratio: maxFailureRatio, order },
})
