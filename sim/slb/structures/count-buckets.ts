/** Backends by number of requests in flight, as intrusive lists: every step O(1), however many there are. */
import { grown } from '../../common/table.ts'
import type { LoadOrder } from '../members/least-connections.ts'
import { roomFor } from './slots.ts'

const NONE = -1

/**
 * One list of slots per count, oldest change first, and the counts in use linked upwards: a count that falls empty is unlinked, so
 * finding the least never searches. Counts change by one, so the neighbour to link to is always at hand.
 */
export class CountBuckets implements LoadOrder {
  // by slot
  private next = new Int32Array(16)
  private previous = new Int32Array(16)
  // by count
  private head = new Int32Array(16).fill(NONE)
  private tail = new Int32Array(16).fill(NONE)
  private above = new Int32Array(16).fill(NONE)
  private below = new Int32Array(16).fill(NONE)
  private least = NONE

  add(slot: number): void {
    if (slot >= this.next.length) {
      const length = roomFor(slot, this.next.length)
      this.next = grown(this.next, length)
      this.previous = grown(this.previous, length)
    }
    if (this.head[0] === NONE) this.open(0, NONE, this.least)
    this.append(slot, 0)
  }

  remove(slot: number, count: number): void {
    this.unlink(slot, count)
    if (this.head[count] === NONE) this.close(count)
  }

  more(slot: number, count: number): void {
    if (count === this.head.length) this.growCounts()
    const from = count - 1
    if (this.head[count] === NONE) this.open(count, from, this.above[from])
    this.unlink(slot, from)
    this.append(slot, count)
    if (this.head[from] === NONE) this.close(from)
  }

  fewer(slot: number, count: number): void {
    const from = count + 1
    if (this.head[count] === NONE) this.open(count, this.below[from], from)
    this.unlink(slot, from)
    this.append(slot, count)
    if (this.head[from] === NONE) this.close(from)
  }

  first(exclude: number): number {
    const slot = this.head[this.least]
    if (slot !== exclude) return slot
    const second = this.next[slot]
    return second !== NONE ? second : this.head[this.above[this.least]]
  }

  private append(slot: number, count: number): void {
    const last = this.tail[count]
    this.previous[slot] = last
    this.next[slot] = NONE
    if (last === NONE) this.head[count] = slot
    else this.next[last] = slot
    this.tail[count] = slot
  }

  private unlink(slot: number, count: number): void {
    const before = this.previous[slot]
    const after = this.next[slot]
    if (before === NONE) this.head[count] = after
    else this.next[before] = after
    if (after === NONE) this.tail[count] = before
    else this.previous[after] = before
  }

  private open(count: number, below: number, above: number): void {
    this.below[count] = below
    this.above[count] = above
    if (below === NONE) this.least = count
    else this.above[below] = count
    if (above !== NONE) this.below[above] = count
  }

  private close(count: number): void {
    const below = this.below[count]
    const above = this.above[count]
    if (below === NONE) this.least = above
    else this.above[below] = above
    if (above !== NONE) this.below[above] = below
  }

  private growCounts(): void {
    const length = this.head.length * 2
    this.head = grown(this.head, length, NONE)
    this.tail = grown(this.tail, length, NONE)
    this.above = grown(this.above, length, NONE)
    this.below = grown(this.below, length, NONE)
  }
}
