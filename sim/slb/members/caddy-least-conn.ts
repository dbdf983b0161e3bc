/** Caddy's least_conn: the fewest requests in flight, at random among equals. */
import { define } from '../../common/define.ts'
import { NONE } from '../../common/ids.ts'
import type { SlotId } from '../../common/ids.ts'
import type { RandomStream } from '../../random/stream.ts'
import { NO_BACKEND, REJECT } from '../policy.ts'
import type { Balancer, BalancingContext, RequestView } from '../policy.ts'
import { caddyParameters } from '../structures/caddy/balancer.ts'
import { LevelOrder } from '../structures/level-order.ts'
import { Slots } from '../structures/slots.ts'

export const caddyLeastConn = define({
  name: 'caddy-least-conn',
  summary: 'Caddy: fewest requests in flight from here, whatever the weight; uniformly random on ties.',
  source: 'Caddy 2.11.7, LeastConnSelection; recordings of it',
  fidelity: 'faithful',
  parameters: caddyParameters,
  create: ({ maxRequests }, context: BalancingContext): Balancer => new CaddyLeastConn(maxRequests, context.random),
})

/** Caddy scans; blocks by count take O(1). */
class CaddyLeastConn implements Balancer {
  private readonly slots = new Slots()
  private readonly levels = new LevelOrder()
  private readonly maxRequests: number
  private readonly random: RandomStream

  constructor(maxRequests: number, random: RandomStream) {
    this.maxRequests = maxRequests
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

  pick(_request: RequestView, exclude: SlotId): SlotId {
    const { slots, levels } = this
    if (slots.count === 0) return NO_BACKEND
    const excluded = slots.passesOver(exclude) ? exclude : NONE
    const ties = levels.ties(excluded)
    const slot = levels.tied(ties === 1 ? 0 : this.random.int(ties), excluded)
    if (this.maxRequests > 0 && slots.inFlight[slot] >= this.maxRequests) return REJECT
    slots.sent(slot)
    levels.set(slot, slots.inFlight[slot])
    return slot
  }

  ended(slot: SlotId): void {
    if (this.slots.ended(slot)) this.levels.set(slot, this.slots.inFlight[slot])
  }
}
