/** A backend section of HAProxy: active and backup servers, a balance algorithm, and limits of connections. */
import { NONE } from '../../../common/ids.ts'
import type { SlotId } from '../../../common/ids.ts'
import type { RandomStream } from '../../../random/stream.ts'
import { HaproxyLeastConn } from './least-conn.ts'
import { boundedPlaces, HaproxyRing } from './ring.ts'
import { HaproxyRoundRobin } from './round-robin.ts'
import { commonDivisor, MapTurns, staticMap } from './static-map.ts'

/** A server line. */
export interface HaproxyServer {
  /** From 0 to 256; 0: it gets nothing but its sessions, which are not modelled. */
  readonly weight: number
  /** Requests at once; 0: no limit. */
  readonly maxConn: number
  readonly disabled: boolean
  readonly backup: boolean
}

/** What HAProxy takes when a server line says nothing. */
export const HAPROXY_DEFAULTS: HaproxyServer = { weight: 1, maxConn: 0, disabled: false, backup: false }

/** The algorithms of `balance`; a hash is map-based or consistent. */
export type HaproxyAlgorithm = 'roundrobin' | 'static-rr' | 'leastconn' | 'first' | 'random' | 'map-based' | 'consistent'

/** Settings of the section. */
export interface HaproxySettings {
  readonly algorithm: HaproxyAlgorithm
  /** `random(draws)`. */
  readonly draws: number
  /** `option allbackups`: all backup servers are used, not only the first. */
  readonly allBackups: boolean
  /** `hash-balance-factor` in percent; 0: no bound. */
  readonly balanceFactor: number
}

/** The state of the section. The servers that are in use are those of the active group, or of the backup group where no active server is usable. */
export class HaproxyBackend {
  private readonly servers: readonly HaproxyServer[]
  private readonly settings: HaproxySettings
  private readonly random: RandomStream
  /** Slots in use, in order. */
  private readonly used: readonly SlotId[]
  private readonly served: number[]
  private inFlight = 0
  private readonly totalWeight: number
  private readonly before: number[] = []
  private readonly turns = new HaproxyRoundRobin()
  private readonly counts = new HaproxyLeastConn()
  private readonly map: Int32Array
  private readonly ring: HaproxyRing
  private readonly walk = new MapTurns()
  private readonly isFull = (slot: SlotId): boolean => this.full(slot)

  constructor(settings: HaproxySettings, servers: readonly HaproxyServer[], random: RandomStream) {
    this.settings = settings
    this.servers = servers
    this.random = random
    this.served = servers.map(() => 0)
    this.used = usedOf(servers, settings.allBackups)
    const used = this.used.map((slot) => ({ slot, id: slot + 1, weight: servers[slot].weight }))
    this.map = staticMap(used, commonDivisor(servers))
    this.ring = new HaproxyRing(used)
    let sum = 0
    for (const { slot, weight } of used) {
      this.turns.add(slot, weight)
      this.counts.append(slot, weight, servers[slot].maxConn)
      this.before[slot] = sum
      sum += weight
    }
    this.totalWeight = sum
  }

  /** The server that gets a request with this hash; NONE when it has to wait in the queue of the section. */
  open(hash: number): SlotId {
    const slot = this.choose(hash)
    if (slot !== NONE) this.take(slot)
    return slot
  }

  /** A request goes to the server. */
  take(slot: SlotId): void {
    this.served[slot]++
    this.inFlight++
    this.counts.change(slot, 1)
  }

  /** A request at the server has ended. */
  close(slot: SlotId): void {
    this.served[slot]--
    this.inFlight--
    this.counts.change(slot, -1)
  }

  private choose(hash: number): SlotId {
    const { used, settings } = this
    switch (settings.algorithm) {
      case 'roundrobin':
        return this.turns.pick(this.isFull)
      case 'leastconn':
        return this.counts.first(NONE)
      case 'first':
        return used.find((slot) => !this.full(slot)) ?? NONE
      case 'static-rr':
        return this.walk.next(this.map, this.isFull)
      case 'random':
        return this.drawn()
      case 'map-based':
        return this.place(this.map.length === 0 ? NONE : this.map[hash % this.map.length])
      case 'consistent':
        return this.place(this.ring.find(hash, (slot) => this.beyond(slot)))
    }
  }

  /** A chosen server that is full: the request waits. */
  private place(slot: SlotId): SlotId {
    return slot !== NONE && this.full(slot) ? NONE : slot
  }

  /** Of servers at drawn points of the ring the one with fewest requests per weight, the last drawn on ties. */
  private drawn(): SlotId {
    const { served, servers } = this
    let best = NONE
    for (let draw = 0; draw < this.settings.draws; draw++) {
      const slot = this.ring.find(this.random.int(0x80000000) * 2 + this.random.int(2), () => false)
      if (best === NONE || served[slot] * servers[best].weight <= served[best] * servers[slot].weight) best = slot
    }
    return this.place(best)
  }

  private full(slot: SlotId): boolean {
    const { maxConn } = this.servers[slot]
    return maxConn > 0 && this.served[slot] >= maxConn
  }

  private beyond(slot: SlotId): boolean {
    const { balanceFactor } = this.settings
    if (balanceFactor === 0) return false
    return this.served[slot] >= boundedPlaces(this.inFlight, balanceFactor, this.servers[slot].weight, this.before[slot], this.totalWeight)
  }
}

function usedOf(servers: readonly HaproxyServer[], allBackups: boolean): SlotId[] {
  const slots = servers.map((_, slot) => slot).filter((slot) => !servers[slot].disabled && servers[slot].weight > 0)
  const active = slots.filter((slot) => !servers[slot].backup)
  if (active.length > 0) return active
  return allBackups ? slots : slots.slice(0, 1)
}
