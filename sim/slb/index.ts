/** SLB, server load balancing: the family's list. A new member is one file and one line here. */
import { catalogue } from '../define.ts'
import { leastConnections } from './least-connections.ts'
import type { Balancer, BalancingContext } from './policy.ts'
import { random } from './random.ts'
import { roundRobin } from './round-robin.ts'
import { twoChoices } from './two-choices.ts'
import { weightedRoundRobin } from './weighted-round-robin.ts'

export const balancers = catalogue<Balancer, BalancingContext>('slb', [roundRobin, weightedRoundRobin, leastConnections, twoChoices, random])

export { adoptBalancer } from './own.ts'
export type { Backends, OwnBalancer } from './own.ts'
