/** Caddy's weighted_round_robin: as many requests in a row to each upstream as its weight says. */
import { define } from '../../common/define.ts'
import { NONE } from '../../common/ids.ts'
import type { SlotId } from '../../common/ids.ts'
import type { Balancer } from '../policy.ts'
import { CaddyBalancer, caddyParameters } from '../structures/caddy/balancer.ts'

export const caddyWeightedRoundRobin = define({
  name: 'caddy-weighted-round-robin',
  summary:
    'Caddy: blocks of as many requests in a row as the weight of each backend, by slot; of n available ones the one of the block’s number modulo n.',
  source: 'Caddy 2.11.7, WeightedRoundRobinSelection; recordings of it',
  fidelity: 'faithful',
  parameters: caddyParameters,
  create: ({ maxRequests }): Balancer => new CaddyWeightedRoundRobin(maxRequests),
})

/** A scan, as in Caddy. A single backend is not asked whether it is full. */
class CaddyWeightedRoundRobin extends CaddyBalancer {
  /** Raised before each choice. */
  private turn = 0

  protected choose(): SlotId {
    const { order, slots } = this
    if (order.length === 1) return order[0]
    let total = 0
    let available = 0
    for (const slot of order) {
      total += slots.weight[slot]
      if (this.available(slot)) available++
    }
    let left = ++this.turn % total
    let block = 0
    while (left >= slots.weight[order[block]]) left -= slots.weight[order[block++]]
    if (available === 0) return NONE
    let before = block % available
    return order.find((slot) => this.available(slot) && before-- === 0)!
  }

  protected override emptied(): void {
    this.turn = 0
  }
}
