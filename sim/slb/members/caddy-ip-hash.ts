/** Caddy's ip_hash: the upstream with the highest hash together with the client's address. */
import { define } from '../../common/define.ts'
import { NONE } from '../../common/ids.ts'
import type { SlotId } from '../../common/ids.ts'
import type { RandomStream } from '../../random/stream.ts'
import type { Balancer, BalancingContext, RequestView } from '../policy.ts'
import { backendName, clientName } from '../structures/addresses.ts'
import { CaddyBalancer, caddyParameters } from '../structures/caddy/balancer.ts'
import { Remembered } from '../structures/remembered.ts'
import { caddyScore } from '../structures/rendezvous-score.ts'

export const caddyIpHash = define({
  name: 'caddy-ip-hash',
  summary:
    'Caddy: the available backend with the highest XXH64 of its address and the client’s (rendezvous), whatever the weight; at random for a request without a client.',
  source: 'Caddy 2.11.7, IPHashSelection; recordings of it',
  fidelity: 'faithful',
  parameters: caddyParameters,
  create: ({ maxRequests }, context: BalancingContext): Balancer => new CaddyIpHash(maxRequests, context.random),
})

/** The best of all backends is remembered by client; a scan where that one is not available. */
class CaddyIpHash extends CaddyBalancer {
  private readonly random: RandomStream
  private readonly remembered = new Remembered()
  private readonly best = (client: number): SlotId => this.highest(client, () => true)

  constructor(maxRequests: number, random: RandomStream) {
    super(maxRequests)
    this.random = random
  }

  override added(slot: SlotId, weight: number): void {
    super.added(slot, weight)
    this.remembered.forget()
  }

  override removed(slot: SlotId): void {
    super.removed(slot)
    this.remembered.forget()
  }

  protected choose({ client }: RequestView): SlotId {
    if (client < 0) {
      const available = this.order.filter((slot) => this.available(slot))
      return available.length === 0 ? NONE : available[this.random.int(available.length)]
    }
    const slot = this.remembered.of(client, this.best)
    return this.available(slot) ? slot : this.highest(client, (one) => this.available(one))
  }

  private highest(client: number, allowed: (slot: SlotId) => boolean): SlotId {
    const key = clientName(client)
    let best = NONE
    let highest = -1n
    for (const slot of this.order) {
      if (!allowed(slot)) continue
      const score = caddyScore(key, backendName(slot))
      if (score > highest) {
        highest = score
        best = slot
      }
    }
    return best
  }
}
