/** Caddy's random_choose: of some drawn upstreams one with few requests in flight. */
import { define } from '../../common/define.ts'
import type { Values } from '../../common/define.ts'
import { NONE } from '../../common/ids.ts'
import type { SlotId } from '../../common/ids.ts'
import type { RandomStream } from '../../random/stream.ts'
import type { Balancer, BalancingContext } from '../policy.ts'
import { CaddyBalancer, caddyParameters } from '../structures/caddy/balancer.ts'
import { leastOfSample } from '../structures/caddy/sample.ts'

const parameters = {
  ...caddyParameters,
  choose: { kind: 'integer', default: 2, min: 2, max: 100, meaning: 'different backends drawn' },
} as const

export const caddyRandomChoose = define({
  name: 'caddy-random-choose',
  summary:
    'Caddy: of `choose` different backends drawn the first idle one, else at random one that had no more requests in flight from here than those drawn before it, which need not be the least.',
  source: 'Caddy 2.11.7, RandomChoiceSelection; recordings of it',
  fidelity: 'faithful',
  parameters,
  create: (values, context: BalancingContext): Balancer => new CaddyRandomChoose(values, context.random),
})

/** A scan, as in Caddy. */
class CaddyRandomChoose extends CaddyBalancer {
  private readonly size: number
  private readonly random: RandomStream
  private readonly sample: SlotId[] = []

  constructor({ choose, maxRequests }: Values<typeof parameters>, random: RandomStream) {
    super(maxRequests)
    this.size = choose
    this.random = random
  }

  protected choose(): SlotId {
    const { sample, random, size } = this
    sample.length = 0
    let seen = 0
    for (const slot of this.order) {
      if (!this.available(slot)) continue
      const at = seen < size ? seen : random.int(seen + 1)
      if (at < size) sample[at] = slot
      seen++
    }
    return seen === 0 ? NONE : leastOfSample(sample, this.slots.inFlight, random)
  }
}
