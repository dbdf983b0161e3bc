/** What the guards around balancers have counted. */
import type { BalancerInstance } from './balancer-instance.ts'

/** Picks, those in another zone than the instance's, and ejections of backends, all in the window. */
export interface GuardCounts {
  readonly picks: number
  readonly crossings: number
  readonly ejections: number
}

/** The sums over instances. */
export function guardCounts(instances: readonly BalancerInstance[]): GuardCounts {
  const sum = { picks: 0, crossings: 0, ejections: 0 }
  for (const { guard } of instances) {
    if (guard === null) continue
    sum.picks += guard.picks
    sum.crossings += guard.crossings
    sum.ejections += guard.ejections
  }
  return sum
}
