/** A service's hosts behind one of Envoy's hash tables, made at the first use after a change and shared by all balancers of the service. */
import { NONE } from '../../../common/ids.ts'
import type { SlotId } from '../../../common/ids.ts'
import type { RandomStream } from '../../../random/stream.ts'
import { NO_BACKEND, shareOf } from '../../policy.ts'
import type { Balancer, BalancingContext, RequestView } from '../../policy.ts'
import { backendName, clientName } from '../addresses.ts'
import { bytesOf } from '../hashes/bytes.ts'
import { xxhash64 } from '../hashes/xxhash64.ts'
import { Remembered } from '../remembered.ts'
import { BackendSet, Flights } from '../slots.ts'
import { boundedHost } from './hashing.ts'
import type { EnvoyHashTable, HashedHost } from './hashing.ts'

/** Further tries of a retry that must not go where the one before went; then it goes to the first other host. */
const MAX_ATTEMPTS = 20

/** Makes the table of the hosts. */
type MakeTable = (hosts: readonly HashedHost[]) => EnvoyHashTable

class SharedTable {
  readonly slots = new BackendSet()
  readonly remembered = new Remembered()
  order: Int32Array = new Int32Array(0)
  hosts: readonly HashedHost[] = []
  private table: EnvoyHashTable | null = null
  private readonly make: MakeTable

  constructor(make: MakeTable) {
    this.make = make
  }

  changed(): void {
    this.table = null
    this.remembered.forget()
  }

  built(): EnvoyHashTable {
    if (this.table === null) {
      this.order = this.slots.inOrder()
      this.hosts = Array.from(this.order, (slot) => ({ name: backendName(slot), weight: this.slots.weight[slot] }))
      this.table = this.make(this.hosts)
    }
    return this.table
  }
}

/** A request without a client has a random hash. With a balance factor hosts beyond their bound are passed over. */
export class EnvoyHashed implements Balancer {
  private readonly shared: SharedTable
  private readonly leads: boolean
  private readonly flights = new Flights()
  private readonly random: RandomStream
  private readonly factor: number
  private readonly find = (client: number): SlotId => {
    const table = this.shared.built()
    return this.shared.order[table.find(hashOf(client), 0)]
  }

  constructor(context: BalancingContext, balanceFactor: number, make: MakeTable) {
    const { value, leads } = shareOf(context, () => new SharedTable(make))
    this.shared = value
    this.leads = leads
    this.random = context.random
    this.factor = balanceFactor
  }

  added(slot: SlotId, weight: number): void {
    if (!this.leads) return
    this.shared.slots.add(slot, weight)
    this.shared.changed()
  }

  removed(slot: SlotId): void {
    this.flights.forget(slot)
    if (!this.leads) return
    this.shared.slots.remove(slot)
    this.shared.changed()
  }

  pick({ client }: RequestView, exclude: SlotId): SlotId {
    const { slots } = this.shared
    if (slots.count === 0) return NO_BACKEND
    const excluded = slots.passesOver(exclude) ? exclude : NONE
    if (this.factor === 0 && client >= 0 && excluded === NONE) return this.shared.remembered.of(client, this.find)
    const hash = client < 0 ? this.randomHash() : hashOf(client)
    const slot = this.other(hash, excluded)
    if (this.factor > 0) {
      this.flights.reserve(slots.rows)
      this.flights.sent(slot)
    }
    return slot
  }

  ended(slot: SlotId): void {
    this.flights.ended(slot)
  }

  private other(hash: bigint, excluded: SlotId): SlotId {
    const { shared } = this
    const table = shared.built()
    for (let attempt = 0; attempt <= MAX_ATTEMPTS; attempt++) {
      const slot = shared.order[this.bounded(table.find(hash, attempt), hash)]
      if (slot !== excluded) return slot
    }
    return shared.order[0] === excluded ? shared.order[1] : shared.order[0]
  }

  private bounded(host: number, hash: bigint): number {
    const { order, hosts } = this.shared
    const { inFlight } = this.flights
    return this.factor === 0 ? host : boundedHost(hosts, host, hash, this.factor, (one) => inFlight[order[one]] ?? 0)
  }

  private randomHash(): bigint {
    const word = (): bigint => BigInt(Math.floor(this.random.next() * 0x100000000))
    return (word() << 32n) | word()
  }
}

const hashOf = (client: number): bigint => xxhash64(bytesOf(clientName(client)))
