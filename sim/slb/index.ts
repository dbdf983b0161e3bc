/** SLB, server load balancing: the family's list. A new member is one file and one line here. */
import { catalogue } from '../define.ts'
import { joinIdleQueue } from './join-idle-queue.ts'
import { joinShortestQueue } from './join-shortest-queue.ts'
import { leastConnections } from './least-connections.ts'
import { leastResponseTime } from './least-response-time.ts'
import type { Balancer, BalancingContext } from './policy.ts'
import { powerOfD } from './power-of-d.ts'
import { random } from './random.ts'
import { roundRobin } from './round-robin.ts'
import { sourceHash } from './source-hash.ts'
import { twoChoices } from './two-choices.ts'
import { weightedLeastConnections } from './weighted-least-connections.ts'
import { weightedRandom } from './weighted-random.ts'
import { weightedRoundRobin } from './weighted-round-robin.ts'

export const balancers = catalogue<Balancer, BalancingContext>('slb', [
  roundRobin, weightedRoundRobin, leastConnections, weightedLeastConnections, leastResponseTime, twoChoices, powerOfD,
  joinShortestQueue, joinIdleQueue, random, weightedRandom, sourceHash,
])

export { adoptBalancer } from './own.ts'
export type { Backends, OwnBalancer } from './own.ts'
