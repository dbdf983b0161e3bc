/** HAProxy's random: of backends at drawn points of its ring the one with the fewest requests in flight per weight. */
import { define } from '../../common/define.ts'
import { NONE } from '../../common/ids.ts'
import type { SlotId } from '../../common/ids.ts'
import type { RandomStream } from '../../random/stream.ts'
import { NO_BACKEND, shareOf } from '../policy.ts'
import type { Balancer, BalancingContext, RequestView } from '../policy.ts'
import { HaproxyRingTable } from '../structures/haproxy/ring.ts'
import { Flights } from '../structures/slots.ts'

export const haproxyRandom = define({
  name: 'haproxy-random',
  summary:
    'HAProxy: of `draws` backends at random points of the consistent ring, whose arcs are not exactly the weights, the fewest requests in flight from here per weight; the last drawn on ties.',
  source: 'HAProxy 2.6.12, get_server_rnd of src/backend.c; recordings of it',
  fidelity: 'faithful',
  parameters: { draws: { kind: 'integer', default: 2, min: 1, max: 100, meaning: 'backends drawn, the same one possibly more than once' } },
  create: ({ draws }, context: BalancingContext): Balancer => new HaproxyRandom(draws, context),
})

class HaproxyRandom implements Balancer {
  private readonly table: HaproxyRingTable
  private readonly leads: boolean
  private readonly flights = new Flights()
  private readonly draws: number
  private readonly random: RandomStream
  private excluded = NONE
  private readonly refuses = (slot: SlotId): boolean => slot === this.excluded

  constructor(draws: number, context: BalancingContext) {
    const { value, leads } = shareOf(context, () => new HaproxyRingTable())
    this.table = value
    this.leads = leads
    this.draws = draws
    this.random = context.random
  }

  added(slot: SlotId, weight: number): void {
    if (this.leads) this.table.add(slot, weight)
  }

  removed(slot: SlotId): void {
    this.flights.forget(slot)
    if (this.leads) this.table.remove(slot)
  }

  pick(_request: RequestView, exclude: SlotId): SlotId {
    const { table, flights } = this
    const { slots } = table
    if (slots.count === 0) return NO_BACKEND
    flights.reserve(slots.rows)
    this.excluded = slots.passesOver(exclude) ? exclude : NONE
    const { inFlight } = flights
    const ring = table.ring()
    let best = NONE
    for (let draw = 0; draw < this.draws; draw++) {
      const slot = ring.find(Math.floor(this.random.next() * 0x100000000), this.refuses)
      if (best === NONE || inFlight[slot] * table.weightOf(best) <= inFlight[best] * table.weightOf(slot)) best = slot
    }
    flights.sent(best)
    return best
  }

  ended(slot: SlotId): void {
    this.flights.ended(slot)
  }
}
