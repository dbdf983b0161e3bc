/** Random: every backend with the same probability. */
import { define } from '../../common/define.ts'
import type { SlotId } from '../../common/ids.ts'
import type { RandomStream } from '../../random/stream.ts'
import { NO_BACKEND } from '../policy.ts'
import type { Balancer, BalancingContext, RequestView } from '../policy.ts'
import { Slots } from '../structures/slots.ts'

export const random = define({
  name: 'random',
  summary: 'Every backend with the same probability, whatever its weight.',
  source: 'Mitzenmacher 2001, The power of two choices in randomized load balancing (d = 1)',
  fidelity: 'faithful',
  parameters: {},
  create: (_values, context: BalancingContext): Balancer => new Random(context.random),
})

class Random implements Balancer {
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
    const candidates = this.slots.candidates(exclude)
    return candidates === 0 ? NO_BACKEND : this.slots.candidate(this.random.int(candidates), exclude, candidates)
  }

  ended(): void {
    // loads have no effect
  }
}
