/** Key to backend by rendezvous: each backend bids for the key, and the highest bid wins. */
import { NONE } from '../../common/ids.ts'
import type { SlotId } from '../../common/ids.ts'
import { ColumnTable } from '../../common/table.ts'
import { hash32 } from './hash.ts'
import type { KeyMap } from './key-map.ts'
import type { BackendSet } from './slots.ts'

/** Keys remembered at a time. */
const MAX_KEYS = 1 << 20

/**
 * Each backend wins in proportion to its weight (`bidOf`). When one leaves, only its keys move, each to its second bidder; one that joins takes keys from all
 * others alike. A scan of all backends per key; its result is remembered until the set changes, so that the next request of a client is O(1).
 * Source: Thaler, Ravishankar 1998, Using name-based mappings to increase hit rates; logarithms for weights: Schindelhauer, Schomaker 2005, Weighted distributed
 * hash tables.
 */
export class RendezvousMap extends ColumnTable implements KeyMap {
  /** By row of a key: its two highest bidders. */
  private readonly first = this.column(Int32Array)
  private readonly second = this.column(Int32Array)
  private readonly rows = new Map<number, number>()
  private readonly slots: BackendSet

  constructor(slots: BackendSet) {
    super()
    this.slots = slots
  }

  add(): void {
    this.rows.clear()
  }

  remove(): void {
    this.rows.clear()
  }

  find(key: number, exclude: SlotId): SlotId {
    let row = this.rows.get(key)
    if (row === undefined) {
      if (this.rows.size === MAX_KEYS) this.rows.clear()
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
    this.reserve(row + 1)
    this.first[row] = first
    this.second[row] = second
  }
}

/** Bid of a backend for a key: ln(u) / weight, u uniform in (0, 1) from the hash of (key, slot). */
export function bidOf(key: number, slot: SlotId, weight: number): number {
  return Math.log((hash32(key, slot + 1) + 0.5) / 0x100000000) / weight
}
