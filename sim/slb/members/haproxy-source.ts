/** HAProxy's source: the backend that the client's address selects, by a map or on a consistent ring with or without bounded loads. */
import { define } from '../../common/define.ts'
import type { Values } from '../../common/define.ts'
import { NONE } from '../../common/ids.ts'
import type { SlotId } from '../../common/ids.ts'
import type { RandomStream } from '../../random/stream.ts'
import { NO_BACKEND, shareOf } from '../policy.ts'
import type { Balancer, BalancingContext, RequestView } from '../policy.ts'
import { avalanche } from '../structures/hashes/avalanche.ts'
import { boundedPlaces, HaproxyRingTable } from '../structures/haproxy/ring.ts'
import { hash32 } from '../structures/hash.ts'
import { Flights } from '../structures/slots.ts'

const parameters = {
  hashType: {
    kind: 'choice',
    default: 'map-based',
    choices: ['map-based', 'consistent'],
    meaning: 'map-based: nearly all clients move when a backend is added or removed; consistent: those of that backend',
  },
  balanceFactor: {
    kind: 'integer',
    default: 0,
    min: 0,
    max: 65_535,
    meaning: 'with consistent, percent of its share that a backend may hold before its clients go to the next one; 0: no bound',
  },
} as const

export const haproxySource = define({
  name: 'haproxy-source',
  summary:
    'HAProxy: the backend that the client’s address selects, in proportion to weights; a request without a client has a random address.',
  source: 'HAProxy 2.6.12, src/lb_map.c and src/lb_chash.c; recordings of it (bounded loads: by its source alone)',
  fidelity: 'faithful',
  parameters,
  create: (values, context: BalancingContext): Balancer => new HaproxySource(values, context),
})

class HaproxySource implements Balancer {
  private readonly table: HaproxyRingTable
  private readonly leads: boolean
  private readonly flights = new Flights()
  private inFlight = 0
  private readonly consistent: boolean
  private readonly factor: number
  private readonly random: RandomStream
  private excluded = NONE
  private readonly refuses = (slot: SlotId): boolean => slot === this.excluded || (this.factor > 0 && this.beyond(slot))
  private readonly isExcluded = (slot: SlotId): boolean => slot === this.excluded

  constructor({ hashType, balanceFactor }: Values<typeof parameters>, context: BalancingContext) {
    const { value, leads } = shareOf(context, () => new HaproxyRingTable())
    this.table = value
    this.leads = leads
    this.consistent = hashType === 'consistent'
    this.factor = balanceFactor
    this.random = context.random
  }

  added(slot: SlotId, weight: number): void {
    if (this.leads) this.table.add(slot, weight)
  }

  removed(slot: SlotId): void {
    if (slot < this.flights.inFlight.length) this.inFlight -= this.flights.inFlight[slot]
    this.flights.forget(slot)
    if (this.leads) this.table.remove(slot)
  }

  pick({ client }: RequestView, exclude: SlotId): SlotId {
    const { table, flights } = this
    if (table.slots.count === 0) return NO_BACKEND
    flights.reserve(table.slots.rows)
    this.excluded = table.slots.passesOver(exclude) ? exclude : NONE
    const address = client < 0 ? Math.floor(this.random.next() * 0x100000000) : hash32(client, 0)
    const slot = this.consistent ? this.onRing(avalanche(address)) : table.mapped(address, this.isExcluded)
    flights.sent(slot)
    this.inFlight++
    return slot
  }

  ended(slot: SlotId): void {
    if (this.flights.ended(slot)) this.inFlight--
  }

  /** When all others are at their bound, the bound is waived. */
  private onRing(hash: number): SlotId {
    const ring = this.table.ring()
    const slot = ring.find(hash, this.refuses)
    return slot === NONE ? ring.find(hash, this.isExcluded) : slot
  }

  private beyond(slot: SlotId): boolean {
    const { table } = this
    const places = boundedPlaces(this.inFlight, this.factor, table.weightOf(slot), table.weightBefore(slot), table.totalWeight)
    return this.flights.inFlight[slot] >= places
  }
}
