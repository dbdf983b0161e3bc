/** The balancer instances of a run as they are made: by route, with what they share. */
import type { ServiceId } from '../common/ids.ts'
import type { BalancerInstance } from './balancer-instance.ts'
import type { ServiceBalancers } from './service-balancers.ts'

/** The structure that the balancers of one service share. */
export interface Shelf {
  value: object | undefined
}

/** All instances with their services, by route, and the groups that hear of backends. */
export interface Made {
  readonly all: readonly BalancerInstance[]
  readonly serviceOf: readonly ServiceId[]
  readonly groups: readonly ServiceBalancers[]
  readonly instancesOf: readonly (readonly BalancerInstance[])[]
}
