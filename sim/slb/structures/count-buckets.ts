/** Backends by number of requests in flight, as intrusive lists: every step is O(1), whatever the number of backends. */
import { NONE } from '../../common/ids.ts'
import type { SlotId } from '../../common/ids.ts'
import { ColumnTable, grown } from '../../common/table.ts'
import type { LoadOrder } from './load-order.ts'
import { INITIAL_SLOTS } from './slots.ts'

/**
 * One list of slots per count, oldest change first. The counts in use are linked in ascending order: a count whose list becomes empty is unlinked, so finding the
 * least never searches. Counts change by one, so the neighbour to link to is always known.
 */
export class CountBuckets extends ColumnTable implements LoadOrder {
  // by slot
  private readonly next = this.column(Int32Array)
  private readonly previous = this.column(Int32Array)
  // by count
  private head = new Int32Array(INITIAL_SLOTS).fill(NONE)
  private tail = new Int32Array(INITIAL_SLOTS).fill(NONE)
  private above = new Int32Array(INITIAL_SLOTS).fill(NONE)
  private below = new Int32Array(INITIAL_SLOTS).fill(NONE)
  private least = NONE

  constructor() {
    super(INITIAL_SLOTS)
  }

  add(slot: SlotId): void {
    this.reserve(slot + 1)
    if (this.head[0] === NONE) this.open(0, NONE, this.least)
    this.append(slot, 0)
  }

  remove(slot: SlotId, count: number): void {
    this.unlink(slot, count)
    if (this.head[count] === NONE) this.close(count)
  }

  more(slot: SlotId, count: number): void {
    if (count === this.head.length) this.growCounts()
    const from = count - 1
    if (this.head[count] === NONE) this.open(count, from, this.above[from])
    this.unlink(slot, from)
    this.append(slot, count)
    if (this.head[from] === NONE) this.close(from)
  }

  fewer(slot: SlotId, count: number): void {
    const from = count + 1
    if (this.head[count] === NONE) this.open(count, this.below[from], from)
    this.unlink(slot, from)
    this.append(slot, count)
    if (this.head[from] === NONE) this.close(from)
  }

  first(exclude: SlotId): SlotId {
    const slot = this.head[this.least]
    if (slot !== exclude) return slot
    const second = this.next[slot]
    return second !== NONE ? second : this.head[this.above[this.least]]
  }

  private append(slot: SlotId, count: number): void {
    const last = this.tail[count]
    this.previous[slot] = last
    this.next[slot] = NONE
    if (last === NONE) this.head[count] = slot
    else this.next[last] = slot
    this.tail[count] = slot
  }

  private unlink(slot: SlotId, count: number): void {
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
