/** Slots in order of a count that changes by ones, as one array of blocks: a uniform draw among the least takes O(1). */
import { NONE } from '../../common/ids.ts'
import type { SlotId } from '../../common/ids.ts'
import { ColumnTable, grown } from '../../common/table.ts'
import { INITIAL_SLOTS } from './slots.ts'

/**
 * A block per count, lowest first: block c is `order[start[c]] .. order[start[c + 1] - 1]`. A slot whose count grows by one changes places with the last of its
 * block, and the border moves before it: O(1) for each step of one.
 */
export class LevelOrder extends ColumnTable {
  size = 0
  readonly count = this.column(Int32Array)
  private readonly order = this.column(Int32Array)
  /** Index of the slot in `order`. */
  private readonly index = this.column(Int32Array)
  private start = new Int32Array(INITIAL_SLOTS)
  /** The largest count so far: blocks above it are empty, and their start is the size. */
  private top = 0

  constructor() {
    super(INITIAL_SLOTS)
  }

  /** With a count of 0. */
  add(slot: SlotId): void {
    this.reserve(slot + 1)
    this.count[slot] = this.top
    this.order[this.size] = slot
    this.index[slot] = this.size++
    this.start[this.top + 1] = this.size
    this.set(slot, 0)
  }

  remove(slot: SlotId): void {
    this.set(slot, this.top)
    this.swap(this.index[slot], --this.size)
    this.start[this.top + 1] = this.size
    if (this.size === 0) this.top = 0
  }

  set(slot: SlotId, count: number): void {
    while (this.top < count) this.raiseTop()
    while (this.count[slot] < count) {
      const above = this.count[slot] + 1
      this.swap(this.index[slot], --this.start[above])
      this.count[slot] = above
    }
    while (this.count[slot] > count) {
      const here = this.count[slot]
      this.swap(this.index[slot], this.start[here]++)
      this.count[slot] = here - 1
    }
  }

  /** How many slots but `exclude` share the least count; `exclude` is NONE or a slot that was added and is not the only one. */
  ties(exclude: SlotId): number {
    const least = this.count[this.order[0]]
    const end = this.end(least)
    if (exclude === NONE || this.count[exclude] !== least) return end
    if (end > 1) return end - 1
    return this.end(this.count[this.order[1]]) - 1
  }

  /** The i-th of them. */
  tied(i: number, exclude: SlotId): SlotId {
    const least = this.count[this.order[0]]
    if (exclude === NONE || this.count[exclude] !== least) return this.order[i]
    const end = this.end(least)
    if (end === 1) return this.order[1 + i]
    const slot = this.order[i]
    return slot === exclude ? this.order[end - 1] : slot // the last replaces the excluded one
  }

  private end(count: number): number {
    return this.start[count + 1]
  }

  private raiseTop(): void {
    this.top++
    if (this.top + 1 >= this.start.length) this.start = grown(this.start, this.start.length * 2)
    this.start[this.top] = this.size
    this.start[this.top + 1] = this.size
  }

  private swap(a: number, b: number): void {
    const { order, index } = this
    const slot = order[a]
    const other = order[b]
    order[a] = other
    order[b] = slot
    index[other] = a
    index[slot] = b
  }
}
