/**
 * HAProxy's consistent hashing (chash): 16 points per unit of weight on a circle, and a key belongs to the nearest point on either side.
 * Source: HAProxy 2.6.12, src/lb_chash.c; compared with recordings of it.
 */
import { NONE } from '../../../common/ids.ts'
import type { SlotId } from '../../../common/ids.ts'
import { avalanche } from '../hashes/avalanche.ts'
import { BackendSet } from '../slots.ts'
import { haproxyWeight } from './balancer.ts'
import { WEIGHT_SCALE } from './round-robin.ts'
import { staticMap } from './static-map.ts'

/** Points that the identity of a server reserves. */
const POINTS_PER_ID = 4096

const MAX_SERVERS = 1 << 20

/** A server on the ring. */
export interface RingServer {
  readonly slot: SlotId
  /** HAProxy's `id`, from 1: points depend on it, not on the address. */
  readonly id: number
  readonly weight: number
}

/** A pick takes O(log points). */
export class HaproxyRing {
  private readonly points: Uint32Array
  private readonly owners: Int32Array

  constructor(servers: readonly RingServer[]) {
    const count = servers.reduce((sum, { weight }) => sum + weight * WEIGHT_SCALE, 0)
    // a number of 53 bits holds a point and the place of its server in the list, so that equal points stay in the order of the servers
    const packed = new Float64Array(count)
    let at = 0
    servers.forEach(({ id, weight }, place) => {
      for (let point = 0; point < weight * WEIGHT_SCALE; point++) packed[at++] = avalanche(id * POINTS_PER_ID + point) * MAX_SERVERS + place
    })
    packed.sort()
    this.points = new Uint32Array(count)
    this.owners = new Int32Array(count)
    packed.forEach((point, i) => {
      this.points[i] = Math.floor(point / MAX_SERVERS)
      this.owners[i] = servers[point % MAX_SERVERS].slot
    })
  }

  /** The server of the nearest point, the lower one at equal distances, or of the next point that `refused` leaves; NONE when there is none. */
  find(hash: number, refused: (slot: SlotId) => boolean): SlotId {
    const { points, owners } = this
    const { length } = points
    if (length === 0) return NONE
    let low = 0
    for (let high = length; low < high;) {
      const middle = (low + high) >> 1
      if (points[middle] < hash) low = middle + 1
      else high = middle
    }
    const after = low % length
    const before = (after + length - 1) % length
    const start = (hash - points[before]) >>> 0 <= (points[after] - hash) >>> 0 ? before : after
    for (let step = 0; step < length; step++) {
      const slot = owners[(start + step) % length]
      if (!refused(slot)) return slot
    }
    return NONE
  }
}

/** The backends of a service as a ring and as a map, made at the first use after a change. The slot is the identity, in whose order they are. */
export class HaproxyRingTable {
  readonly slots = new BackendSet()
  private points: HaproxyRing | null = null
  private map: Int32Array | null = null
  /** Sums of the weights of lower slots, by slot. */
  private before: Float64Array | null = null
  totalWeight = 0

  add(slot: SlotId, weight: number): void {
    this.slots.add(slot, weight)
    this.totalWeight += haproxyWeight(weight)
    this.changed()
  }

  remove(slot: SlotId): void {
    this.slots.remove(slot)
    this.totalWeight -= this.weightOf(slot)
    this.changed()
  }

  weightOf(slot: SlotId): number {
    return haproxyWeight(this.slots.weight[slot])
  }

  ring(): HaproxyRing {
    this.points ??= new HaproxyRing(this.servers())
    return this.points
  }

  /** The server at the remainder of the hash in the map, or the next one that is not refused; there must be one. */
  mapped(hash: number, refused: (slot: SlotId) => boolean): SlotId {
    this.map ??= staticMap(this.servers())
    const { map } = this
    let at = hash % map.length
    while (refused(map[at])) at = (at + 1) % map.length
    return map[at]
  }

  weightBefore(slot: SlotId): number {
    if (this.before === null) {
      this.before = new Float64Array(this.slots.rows)
      let sum = 0
      for (const one of this.slots.inOrder()) {
        this.before[one] = sum
        sum += this.weightOf(one)
      }
    }
    return this.before[slot]
  }

  private servers(): RingServer[] {
    return Array.from(this.slots.inOrder(), (slot) => ({ slot, id: slot + 1, weight: this.weightOf(slot) }))
  }

  private changed(): void {
    this.points = null
    this.map = null
    this.before = null
  }
}

/**
 * Places of a server with bounded loads (`hash-balance-factor`): the places of all, in proportion to the weights and rounded by running sums, at least one.
 * Source: Mirrokni, Thorup, Zadimoghaddam 2018, Consistent hashing with bounded loads; HAProxy's rounding.
 * @param before sum of the weights of the servers before it
 */
export function boundedPlaces(served: number, factor: number, weight: number, before: number, totalWeight: number): number {
  const all = Math.floor(((served + 1) * factor + 99) / 100)
  const remainder = all % totalWeight
  const share = (sum: number): number => Math.floor((sum * remainder) / totalWeight)
  return Math.max(1, weight * Math.floor(all / totalWeight) + share(before + weight) - share(before))
}
