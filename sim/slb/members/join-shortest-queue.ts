/** Join the shortest queue: the pod with the fewest requests inside, whoever sent them. */
import { define } from '../../common/define.ts'
import type { SlotId } from '../../common/ids.ts'
import type { RandomStream } from '../../random/stream.ts'
import { NO_BACKEND } from '../policy.ts'
import type { Balancer, BalancingContext, RequestView } from '../policy.ts'
import { LevelOrder } from '../structures/level-order.ts'
import { Slots } from '../structures/slots.ts'

export const joinShortestQueue = define({
  name: 'join-shortest-queue',
  summary: 'The pod with the fewest requests inside, whoever sent them, as each pod reports without delay; uniformly at random on ties.',
  source:
    'Winston 1977, Optimality of the shortest line discipline; ties as in Gupta, Harchol-Balter, Sigman, Whitt 2007, Analysis of join-the-shortest-queue routing for web server farms',
  fidelity: 'faithful',
  parameters: {},
  create: (_values, context: BalancingContext): Balancer => new JoinShortestQueue(context.random),
})

/** `least-connections` counts what it sent itself; this one counts what pods report. With one balancer and no network delay the two counts are equal. */
class JoinShortestQueue implements Balancer {
  private readonly slots = new Slots()
  private readonly levels = new LevelOrder()
  private readonly random: RandomStream

  constructor(random: RandomStream) {
    this.random = random
  }

  added(slot: SlotId, weight: number): void {
    this.slots.add(slot, weight)
    this.levels.add(slot)
  }

  removed(slot: SlotId): void {
    this.slots.remove(slot)
    this.levels.remove(slot)
  }

  reported(slot: SlotId, inside: number): void {
    if (this.slots.has(slot)) this.levels.set(slot, inside)
  }

  pick(_request: RequestView, exclude: SlotId): SlotId {
    const { slots, levels } = this
    if (slots.count === 0) return NO_BACKEND
    const passedOver = slots.passesOver(exclude) ? exclude : NO_BACKEND
    const ties = levels.ties(passedOver)
    return levels.tied(ties === 1 ? 0 : this.random.int(ties), passedOver)
  }

  ended(): void {
    // the pod reports it
  }
}
