/** Two choices: of two different backends drawn uniformly, the one with fewer requests in flight from here. */
import { define } from '../../common/define.ts'
import type { SlotId } from '../../common/ids.ts'
import type { RandomStream } from '../../random/stream.ts'
import { NO_BACKEND } from '../policy.ts'
import type { Balancer, BalancingContext, RequestView } from '../policy.ts'
import { Slots } from '../structures/slots.ts'

export const twoChoices = define({
  name: 'two-choices',
  summary: 'Of two different backends drawn uniformly, the one with fewer requests in flight from here; the first drawn on ties.',
  source: 'Mitzenmacher 2001, The power of two choices in randomized load balancing; distinct draws as in Finagle',
  fidelity: 'faithful',
  parameters: {},
  create: (_values, context: BalancingContext): Balancer => new TwoChoices(context.random),
})

/** Two distinct draws without memory; `power-of-d` uses it as its case of two. */
export class TwoChoices implements Balancer {
  private readonly slots = new Slots()
  private readonly random: RandomStream

  constructor(random: RandomStream) {
    this.random = random
  }

  added(slot: SlotId, weight: number): void {
    this.slots.add(slot, weight)
  }

  removed(slot: SlotId): void {
    this.slots.remove(slot)
  }

  pick(_request: RequestView, exclude: SlotId): SlotId {
    const { slots, random } = this
    const candidates = slots.candidates(exclude)
    if (candidates === 0) return NO_BACKEND
    const i = random.int(candidates)
    let slot = slots.candidate(i, exclude, candidates)
    if (candidates > 1) {
      const j = random.int(candidates - 1)
      const other = slots.candidate(j < i ? j : j + 1, exclude, candidates) // uniform over all but i
      if (slots.inFlight[other] < slots.inFlight[slot]) slot = other
    }
    slots.sent(slot)
    return slot
  }

  ended(slot: SlotId): void {
    this.slots.ended(slot)
  }
}
