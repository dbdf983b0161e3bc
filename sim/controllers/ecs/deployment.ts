/**
 * The arithmetic of ECS deployments: how many tasks may run and must be healthy, and how many failures end a deployment.
 * Source: Amazon ECS developer guide (deployment-type-ecs, deployment-circuit-breaker, service-throttle-logic), API reference.
 */
import type { Time } from '../../common/ids.ts'
import type { CircuitBreaker } from './spec.ts'

/** Tasks that must be healthy (rounded up), and that may be RUNNING or PENDING (rounded down). */
export const boundsOf = (desired: number, minimumHealthyPercent: number, maximumPercent: number): { least: number; most: number } => ({
  least: Math.ceil((desired * minimumHealthyPercent) / 100),
  most: Math.floor((desired * maximumPercent) / 100),
})

/** Failed tasks at which the circuit breaker ends a deployment. Percentages are rounded up, and bounded by 3 and 200 unless unbounded. */
export function failureThreshold({ threshold: { type, value } }: CircuitBreaker, desired: number): number {
  if (type === 'COUNT') return value
  const share = Math.ceil((desired * value) / 100)
  return type === 'UNBOUNDED_PERCENT' ? Math.max(1, share) : Math.min(200, Math.max(3, share))
}

const FIRST_PAUSE: Time = 10_000_000
const LONGEST_PAUSE: Time = 27 * 60_000_000

/**
 * The pause between launches of a service whose tasks end before they run. Documented is that it grows up to 27 minutes; that it begins
 * with 10 s and doubles is an assumption.
 */
export const launchPause = (failuresInARow: number): Time => {
  let pause = FIRST_PAUSE
  for (let i = 1; i < failuresInARow && pause < LONGEST_PAUSE; i++) pause *= 2
  return failuresInARow === 0 ? 0 : Math.min(pause, LONGEST_PAUSE)
}
