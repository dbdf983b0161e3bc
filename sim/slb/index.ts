/** SLB, server load balancing: the list of balancers. A new member is one file and one line here. */
import { catalogue } from '../common/define.ts'
import { bulletinBoard } from './members/bulletin-board.ts'
import { centralQueue } from './members/central-queue.ts'
import { grpcLeastRequest } from './members/grpc-least-request.ts'
import { joinIdleQueue } from './members/join-idle-queue.ts'
import { joinShortestQueue } from './members/join-shortest-queue.ts'
import { leastConnections } from './members/least-connections.ts'
import { leastResponseTime } from './members/least-response-time.ts'
import { maglev } from './members/maglev.ts'
import type { Balancer, BalancingContext } from './policy.ts'
import { peakEwma } from './members/peak-ewma.ts'
import { powerOfD } from './members/power-of-d.ts'
import { random } from './members/random.ts'
import { roundRobin } from './members/round-robin.ts'
import { sourceHash } from './members/source-hash.ts'
import { twoChoices } from './members/two-choices.ts'
import { weightedLeastConnections } from './members/weighted-least-connections.ts'
import { weightedRandom } from './members/weighted-random.ts'
import { weightedRoundRobin } from './members/weighted-round-robin.ts'

export const balancers = catalogue<Balancer, BalancingContext>('slb', [
  roundRobin,
  weightedRoundRobin,
  leastConnections,
  weightedLeastConnections,
  leastResponseTime,
  peakEwma,
  twoChoices,
  powerOfD,
  grpcLeastRequest,
  joinShortestQueue,
  joinIdleQueue,
  bulletinBoard,
  centralQueue,
  random,
  weightedRandom,
  sourceHash,
  maglev,
])

export { adoptBalancer } from './own.ts'
export type { Backends, OwnBalancer } from './own.ts'
