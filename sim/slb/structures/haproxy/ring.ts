/**
 * HAProxy's consistent hashing (chash): 16 points per unit of weight on a circle, and a key belongs to the nearest point on either side.
 * Source: HAProxy 2.6.12, src/lb_chash.c; compared with recordings of it.
 */
import { NONE } from '../../../common/ids.ts'
import type { SlotId } from '../../../common/ids.ts'
import { avalanche } from '../hashes/avalanche.ts'
import { WEIGHT_SCALE } from './round-robin.ts'

/** Points that the identity of a server reserves. */
const POINTS_PER_ID = 4096

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
    const points = servers.flatMap(({ slot, id, weight }) =>
      Array.from({ length: weight * WEIGHT_SCALE }, (_, point) => ({ slot, hash: avalanche(id * POINTS_PER_ID + point) })),
    )
    points.sort((a, b) => a.hash - b.hash) // equal points stay in the order of the servers
    this.points = Uint32Array.from(points, ({ hash }) => hash)
    this.owners = Int32Array.from(points, ({ slot }) => slot)
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
