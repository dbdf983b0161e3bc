/** Random: every backend with the same probability. */
import { define } from '../../common/define.ts'
import type { SlotId } from '../../common/ids.ts'
import type { RandomStream } from '../../random/stream.ts'
import { NO_BACKEND, shareOf } from '../policy.ts'
import type { Balancer, BalancingContext, RequestView } from '../policy.ts'
import { BackendSet } from '../structures/slots.ts'

export const random = define({
  name: 'random',
  summary: 'Every backend with the same probability, whatever its weight.',
  source: 'Mitzenmacher 2001, The power of two choices in randomized load balancing (d = 1)',
  fidelity: 'faithful',
  parameters: {},
  create: (_values, context: BalancingContext): Balancer => new Random(context),
})

class Random implements Balancer {
  private readonly slots: BackendSet
  private readonly leads: boolean
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
    if (this.leads) this.slots.remove(slot)
  }

  pick(_request: RequestView, exclude: SlotId): SlotId {
    const candidates = this.slots.candidates(exclude)
    return candidates === 0 ? NO_BACKEND : this.slots.candidate(this.random.int(candidates), exclude, candidates)
  }

  ended(): void {
    // loads have no effect
  }
}
