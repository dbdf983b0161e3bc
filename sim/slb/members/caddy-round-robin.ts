/** Caddy's round_robin: each upstream in turn, the second one first. */
import { define } from '../../common/define.ts'
import { NONE } from '../../common/ids.ts'
import type { SlotId } from '../../common/ids.ts'
import type { Balancer } from '../policy.ts'
import { CaddyBalancer, caddyParameters } from '../structures/caddy/balancer.ts'

export const caddyRoundRobin = define({
  name: 'caddy-round-robin',
  summary: 'Caddy: each backend in turn by slot, the second one first; one that is full loses its turn.',
  source: 'Caddy 2.11.7, RoundRobinSelection; recordings of it',
  fidelity: 'faithful',
  parameters: caddyParameters,
  create: ({ maxRequests }): Balancer => new CaddyRoundRobin(maxRequests),
})

class CaddyRoundRobin extends CaddyBalancer {
  /** Raised before each choice. */
  private turn = 0

  protected choose(): SlotId {
    const { order } = this
    for (let step = 0; step < order.length; step++) {
      this.turn++
      const slot = order[this.turn % order.length]
      if (this.available(slot)) return slot
    }
    return NONE
  }

  protected override emptied(): void {
    this.turn = 0
  }
}
