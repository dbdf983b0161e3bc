/** Key to backend by rendezvous: each backend bids for the key, and the highest bid has it. */
import { grown } from '../../common/table.ts'
import { hash32 } from './hash.ts'
import type { KeyMap } from '../members/source-hash.ts'
import type { Slots } from './slots.ts'

const NONE = -1
/** Most keys remembered at a time. */
const REMEMBERED = 1 << 20

/**
 * Bid of a backend: ln(u) / weight with u uniform from the hash of (key, slot), so that each wins in proportion to its weight. When one leaves,
 * only its keys move, each to its second bidder; one that joins wins its share from all alike.
 * A walk over all backends for each pick; what was found is remembered by key until the set changes, so that a client's next request is O(1).
 * Source: Thaler, Ravishankar 1998, Using name-based mappings to increase hit rates; logarithms for weights: Schindelhauer, Schomaker 2005, Weighted distributed hash tables.
 */
export class RendezvousMap implements KeyMap {
  private readonly slots: Slots
  /** Row of a key in the columns of its two highest bidders. */
  private readonly rows = new Map<number, number>()
  private first = new Int32Array(64)
  private second = new Int32Array(64)

  constructor(slots: Slots) {
    this.slots = slots
  }

  add(): void {
    this.rows.clear()
  }

  remove(): void {
    this.rows.clear()
  }

  find(key: number, exclude: number): number {
    let row = this.rows.get(key)
    if (row === undefined) {
      if (this.rows.size === REMEMBERED) this.rows.clear()
      row = this.rows.size
      this.rows.set(key, row)
      this.bid(key, row)
    }
    const slot = this.first[row]
    return slot === exclude ? this.second[row] : slot
  }

  private bid(key: number, row: number): void {
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
    if (row === this.first.length) {
      this.first = grown(this.first, 2 * row)
      this.second = grown(this.second, 2 * row)
    }
    this.first[row] = first
    this.second[row] = second
  }
}

export function bidOf(key: number, slot: number, weight: number): number {
  return Math.log((hash32(key, slot + 1) + 0.5) / 0x100000000) / weight
}
