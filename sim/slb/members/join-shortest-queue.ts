/** Join the shortest queue: the pod with the fewest requests inside, whoever sent them. */
import { define, type Values } from '../../common/define.ts'
import type { SlotId } from '../../common/ids.ts'
import type { RandomStream } from '../../random/stream.ts'
import { NO_BACKEND, shareOf } from '../policy.ts'
import type { Balancer, BalancingContext, RequestView } from '../policy.ts'
import { LevelOrder } from '../structures/level-order.ts'
import { Sample } from '../structures/sample.ts'
import { BackendSet } from '../structures/slots.ts'

const MAX_CHOICES = 32

const parameters = {
  choices: {
    kind: 'integer',
    default: 0,
    min: 0,
    max: MAX_CHOICES,
    meaning: 'different pods drawn uniformly, of which the one with the fewest is picked, the first drawn on ties; 0: the fewest of all',
  },
} as const

export const joinShortestQueue = define({
  name: 'join-shortest-queue',
  summary:
    'The pod with the fewest requests inside, whoever sent them, as each pod reports, or of d drawn uniformly the one with the fewest; uniformly at random on ties.',
  source:
    'Winston 1977, Optimality of the shortest line discipline; ties as in Gupta, Harchol-Balter, Sigman, Whitt 2007, Analysis of join-the-shortest-queue routing for web server farms; d choices: Vvedenskaya, Dobrushin, Karpelevich 1996',
  fidelity: 'faithful',
  parameters,
  create: (values, context: BalancingContext): Balancer => new JoinShortestQueue(values, context),
})

/** `least-connections` counts what it sent itself; this one counts what pods report. With one balancer and no network delay the two counts are equal. */
class JoinShortestQueue implements Balancer {
  private readonly slots: BackendSet
  private readonly levels: LevelOrder
  private readonly leads: boolean
  private readonly random: RandomStream
  private readonly choices: number
  private readonly sample: Sample
  /** All balancers of a service would keep the same counts: one listens. */
  readonly reported?: (slot: SlotId, inside: number) => void

  constructor({ choices }: Values<typeof parameters>, context: BalancingContext) {
    const { value, leads } = shareOf(context, () => ({ slots: new BackendSet(), levels: new LevelOrder() }))
    const { slots, levels } = value
    this.slots = slots
    this.levels = levels
    this.leads = leads
    this.random = context.random
    this.choices = choices
    this.sample = new Sample(choices)
    if (leads)
      this.reported = (slot, inside) => {
        if (slots.has(slot)) levels.set(slot, inside)
      }
  }

  added(slot: SlotId, weight: number): void {
    if (!this.leads) return
    this.slots.add(slot, weight)
    this.levels.add(slot)
  }

  removed(slot: SlotId): void {
    if (!this.leads) return
    this.slots.remove(slot)
    this.levels.remove(slot)
  }

  pick(_request: RequestView, exclude: SlotId): SlotId {
    const { slots, levels } = this
    if (slots.count === 0) return NO_BACKEND
    if (this.choices > 0) return this.fewestDrawn(exclude)
    const passedOver = slots.passesOver(exclude) ? exclude : NO_BACKEND
    const ties = levels.ties(passedOver)
    return levels.tied(ties === 1 ? 0 : this.random.int(ties), passedOver)
  }

  ended(): void {
    // the pod reports it
  }

  private fewestDrawn(exclude: SlotId): SlotId {
    const { sample } = this
    const { count } = this.levels
    const drawn = sample.draw(this.slots, this.choices, exclude, this.random)
    let best = sample.slots[0]
    for (let k = 1; k < drawn; k++) if (count[sample.slots[k]] < count[best]) best = sample.slots[k]
    return best
  }
}
