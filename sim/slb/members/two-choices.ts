/** Two choices: of two different backends drawn uniformly, the one with fewer requests in flight from here. */
import { define } from '../../common/define.ts'
import type { SlotId } from '../../common/ids.ts'
import type { RandomStream } from '../../random/stream.ts'
import { NO_BACKEND, shareOf } from '../policy.ts'
import type { Balancer, BalancingContext, RequestView } from '../policy.ts'
import { BackendSet, Flights } from '../structures/slots.ts'

export const twoChoices = define({
  name: 'two-choices',
  summary: 'Of two different backends drawn uniformly, the one with fewer requests in flight from here; the first drawn on ties.',
  source: 'Mitzenmacher 2001, The power of two choices in randomized load balancing; distinct draws as in Finagle',
  fidelity: 'faithful',
  parameters: {},
  create: (_values, context: BalancingContext): Balancer => new TwoChoices(context),
})

/** Two distinct draws without memory; `power-of-d` uses it as its case of two. */
export class TwoChoices implements Balancer {
  private readonly slots: BackendSet
  private readonly leads: boolean
  private readonly flights = new Flights()
  private readonly random: RandomStream

  constructor(context: BalancingContext) {
    const { value, leads } = shareOf(context, () => new BackendSet())
    this.slots = value
    this.leads = leads
    this.random = context.random
  }

  added(slot: SlotId, weight: number): void {
    if (this.leads) this.slots.add(slot, weight)
  }

  removed(slot: SlotId): void {
    this.flights.forget(slot)
    if (this.leads) this.slots.remove(slot)
  }

  pick(_request: RequestView, exclude: SlotId): SlotId {
    const { slots, flights, random } = this
    const candidates = slots.candidates(exclude)
    if (candidates === 0) return NO_BACKEND
    flights.reserve(slots.rows)
    const i = random.int(candidates)
    let slot = slots.candidate(i, exclude, candidates)
    if (candidates > 1) {
      const j = random.int(candidates - 1)
      const other = slots.candidate(j < i ? j : j + 1, exclude, candidates) // uniform over all but i
      if (flights.inFlight[other] < flights.inFlight[slot]) slot = other
    }
    flights.sent(slot)
    return slot
  }

  ended(slot: SlotId): void {
    this.flights.ended(slot)
  }
}
