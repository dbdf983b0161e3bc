/** Key to backend by rendezvous: each backend bids for the key, and the highest bid has it. */
import { hash32 } from './hash.ts'
import type { KeyMap } from './source-hash.ts'
import type { Slots } from './slots.ts'

const NONE = -1
/** Keys remembered with their answer. */
const REMEMBERED = 8192

/**
 * Bid of a backend: ln(u) / weight with u uniform from the hash of (key, slot), so that each wins in proportion to its weight. When one leaves,
 * only its keys move, each to its second bidder; one that joins wins its share from all alike.
 * A walk over all backends for each pick; what was found is remembered by key until the set changes, so that a client's next request is O(1).
 * Source: Thaler, Ravishankar 1998, Using name-based mappings to increase hit rates; logarithms for weights: Schindelhauer, Schomaker 2005, Weighted distributed hash tables.
 */
export class RendezvousMap implements KeyMap {
  private readonly slots: Slots
  /** Changes of the set; what was remembered before the last one is out of date. */
  private version = 0
  private readonly key = new Float64Array(REMEMBERED).fill(NONE)
  private readonly known = new Float64Array(REMEMBERED).fill(NONE)
  private readonly first = new Int32Array(REMEMBERED)
  private readonly second = new Int32Array(REMEMBERED)

  constructor(slots: Slots) {
    this.slots = slots
  }

  add(): void {
    this.version++
  }

  remove(): void {
    this.version++
  }

  find(key: number, exclude: number): number {
    const place = hash32(key, 0) % REMEMBERED
    if (this.key[place] !== key || this.known[place] !== this.version) this.bid(key, place)
    const slot = this.first[place]
    return slot === exclude ? this.second[place] : slot
  }

  private bid(key: number, place: number): void {
    const { slots } = this
    let first = NONE
    let second = NONE
    let highest = -Infinity
    let next = -Infinity
    for (let i = 0; i < slots.count; i++) {
      const slot = slots.candidate(i, NONE, slots.count)
      const bid = bidOf(key, slot, slots.weight[slot])
      if (bid > highest || (bid === highest && slot < first)) {
        second = first
        next = highest
        first = slot
        highest = bid
      } else if (bid > next || (bid === next && slot < second)) {
        second = slot
        next = bid
      }
    }
    this.key[place] = key
    this.known[place] = this.version
    this.first[place] = first
    this.second[place] = second
  }
}

export function bidOf(key: number, slot: number, weight: number): number {
  return Math.log((hash32(key, slot + 1) + 0.5) / 0x100000000) / weight
}
