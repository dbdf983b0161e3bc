/**
 * What becomes of tasks, as Swarm, ECS and Marathon run them: a container that exits, is unhealthy or cannot start ends its task, and the
 * controller creates another one. (A kubelet starts the container again in the same pod.)
 */
import type { Time } from '../../common/ids.ts'
import type { ControllerSpec } from './spec.ts'

/** How the health of the tasks of a workload is checked. */
export interface TaskRules {
  /** The first check comes a whole period after the start, or at a phase of the period that is drawn. */
  readonly firstCheck: 'period' | 'phase'
  /** From the start of a task whose checks all fail to its end; Infinity: it stays. */
  readonly unhealthyAfter: Time
}

/** The rules for a controller, null for those of Kubernetes. @param period of the health check, 0 without one */
export function taskRulesOf(controller: ControllerSpec, period: Time): TaskRules | null {
  switch (controller.kind) {
    case 'swarm-service': {
      // The Docker engine waits for an interval before its first check.
      const { retries, startPeriod } = controller.health
      return { firstCheck: 'period', unhealthyAfter: unhealthyAfter(startPeriod, retries, period) }
    }
    case 'ecs-service': {
      const { healthCheckGrace, unhealthyThreshold, loadBalancer } = controller
      if (!loadBalancer) return { firstCheck: 'period', unhealthyAfter: unhealthyThreshold * period }
      // The load balancer checks from the beginning; its verdict is ignored during the grace period.
      return { firstCheck: 'phase', unhealthyAfter: Math.max(healthCheckGrace, unhealthyThreshold * period) }
    }
    case 'marathon-app': {
      const { grace, maxConsecutiveFailures } = controller.health
      return { firstCheck: 'phase', unhealthyAfter: unhealthyAfter(grace, maxConsecutiveFailures, period) }
    }
    default:
      return null
  }
}

/** Checks come at whole periods after the start; those within the grace time do not count. */
const unhealthyAfter = (grace: Time, failures: number, period: Time): Time =>
  period === 0 ? grace : (Math.floor(grace / period) + Math.max(1, failures)) * period
