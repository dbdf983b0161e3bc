/**
 * The fitting bin with the least room, by a list of the bins in order of room (ties: lowest bin). A pod fits only where the room is at least its
 * size, so the search begins there and mostly ends at once; a filled bin moves down to its new place. Plainly it would be a scan of all bins for the least
 * room: the list is some hundred times faster at 5,000 bins (README), and a tree would not pay: the moves are short copies.
 */
import { NONE } from '../cluster/views.ts'
import type { Bins } from './bins.ts'
import type { Measure } from './measure.ts'
import type { BinSearch } from './search.ts'

/** Bins a key has place for: room times this, plus the bin, stays below 2^53. */
const MOST_BINS = 2 ** 24

export class BestFitSearch implements BinSearch {
  /** room * 2^24 + bin, ascending: both in one number, so that a list of plain numbers is in order of room, then bin. */
  private keys = new Float64Array(0)
  private count = 0
  private cursor = 0
  private bins!: Bins

  reset(bins: Bins, _measure: Measure, most: number): void {
    if (most > MOST_BINS) throw new RangeError(`too many bins in one round: ${most}, at most ${MOST_BINS} are accepted`)
    this.bins = bins
    this.count = bins.count
    if (this.keys.length < most) this.keys = new Float64Array(most)
    for (let bin = 0; bin < bins.count; bin++) this.keys[bin] = this.keyOf(bin)
    this.keys.subarray(0, this.count).sort()
  }

  start(_podClass: number, size: number): void {
    this.cursor = this.lowerBound(size * MOST_BINS, this.count)
  }

  next(): number {
    if (this.cursor === this.count) return NONE
    return this.keys[this.cursor++] % MOST_BINS
  }

  // The filled bin has less room than before and goes to the left; what the cursor still has to see stays where it is.
  filled(bin: number): void {
    const key = this.keyOf(bin)
    const to = this.lowerBound(key, this.cursor - 1)
    this.keys.copyWithin(to + 1, to, this.cursor - 1)
    this.keys[to] = key
  }

  opened(bin: number): void {
    const key = this.keyOf(bin)
    const to = this.lowerBound(key, this.count)
    this.keys.copyWithin(to + 1, to, this.count)
    this.keys[to] = key
    this.count++
    this.cursor = this.count
  }

  private keyOf(bin: number): number {
    return this.bins.room(bin) * MOST_BINS + bin
  }

  /** The first place below `end` whose key is at least `key`. */
  private lowerBound(key: number, end: number): number {
    let low = 0
    let high = end
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.keys[middle] < key) low = middle + 1
      else high = middle
    }
    return low
  }
}
