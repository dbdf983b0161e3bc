import { define } from '../../common/define.ts'
import { LevelOrder } from '../structures/level-order.ts'
import { NO_BACKEND } from '../policy.ts'
import type { Balancer, BalancingContext, RequestView } from '../policy.ts'
import { Slots } from '../structures/slots.ts'
import type { RandomStream } from '../../random/stream.ts'

/** Join the shortest queue: the pod with the fewest requests inside, whoever sent them. */
export const joinShortestQueue = define({
  name: 'join-shortest-queue',
  summary: 'The pod with the fewest requests inside, whoever sent them, as each pod says at once; uniformly at random on ties.',
  source:
    'Winston 1977, Optimality of the shortest line discipline; ties as in Gupta, Harchol-Balter, Sigman, Whitt 2007, Analysis of join-the-shortest-queue routing for web server farms',
  fidelity: 'faithful',
  parameters: {},
  create: (_values, context: BalancingContext): Balancer => new JoinShortestQueue(context.random),
})

/** What `least-connections` counts is what it sent itself; this one reads the pods. With one balancer and no network delay both see the same. */
class JoinShortestQueue implements Balancer {
  private readonly slots = new Slots()
  private readonly levels = new LevelOrder()
  private readonly random: RandomStream

  constructor(random: RandomStream) {
    this.random = random
  }

  added(slot: number, weight: number): void {
    this.slots.add(slot, weight)
    this.levels.add(slot)
  }

  removed(slot: number): void {
    this.slots.remove(slot)
    this.levels.remove(slot)
  }

  reported(slot: number, inside: number): void {
    if (this.slots.has(slot)) this.levels.set(slot, inside)
  }

  pick(_request: RequestView, exclude: number): number {
    const { slots, levels } = this
    if (slots.count === 0) return NO_BACKEND
    const passedOver = slots.passesOver(exclude) ? exclude : NO_BACKEND
    const ties = levels.ties(passedOver)
    return levels.tied(ties === 1 ? 0 : this.random.int(ties), passedOver)
  }

  ended(): void {
    // the pod has said so itself
  }
}
