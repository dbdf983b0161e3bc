/** An indexed binary heap of slots: the first in some order at the top, each movable in O(log n). */
import { NONE } from '../../common/ids.ts'
import type { SlotId } from '../../common/ids.ts'
import { grown } from '../../common/table.ts'
import { INITIAL_SLOTS, lengthFor } from './slots.ts'

/** Index of each slot in its heap. Heaps without a common slot share one column. */
export class HeapIndex {
  of = new Int32Array(INITIAL_SLOTS)

  reserve(slot: SlotId): void {
    if (slot >= this.of.length) this.of = grown(this.of, lengthFor(slot, this.of.length))
  }
}

/** The order is the subclass's. */
export abstract class SlotHeap {
  size = 0
  private heap = new Int32Array(INITIAL_SLOTS)
  private readonly index: HeapIndex

  constructor(index: HeapIndex = new HeapIndex()) {
    this.index = index
  }

  /** A total order: never true for both (a, b) and (b, a). */
  protected abstract before(a: SlotId, b: SlotId): boolean

  add(slot: SlotId): void {
    if (this.size === this.heap.length) this.heap = grown(this.heap, this.size * 2)
    this.index.reserve(slot)
    this.rise(slot, this.size++)
  }

  remove(slot: SlotId): void {
    const gap = this.index.of[slot]
    const last = this.heap[--this.size]
    if (last !== slot) this.settle(last, gap)
  }

  /** To be called when the key of the slot has changed. */
  moved(slot: SlotId): void {
    this.settle(slot, this.index.of[slot])
  }

  /** To be called when the keys of several slots have changed. */
  restore(): void {
    for (let at = (this.size >> 1) - 1; at >= 0; at--) this.sink(this.heap[at], at)
  }

  /** The first but `exclude`; NONE when there is no other. The second of a heap is one of the two below the top. */
  first(exclude: SlotId): SlotId {
    if (this.size === 0) return NONE
    const top = this.heap[0]
    if (top !== exclude) return top
    if (this.size === 1) return NONE
    const left = this.heap[1]
    if (this.size === 2) return left
    const right = this.heap[2]
    return this.before(right, left) ? right : left
  }

  private settle(slot: SlotId, at: number): void {
    if (at > 0 && this.before(slot, this.heap[(at - 1) >> 1])) this.rise(slot, at)
    else this.sink(slot, at)
  }

  private rise(slot: SlotId, from: number): void {
    const { heap } = this
    const index = this.index.of
    let at = from
    while (at > 0) {
      const parent = (at - 1) >> 1
      const above = heap[parent]
      if (!this.before(slot, above)) break
      heap[at] = above
      index[above] = at
      at = parent
    }
    heap[at] = slot
    index[slot] = at
  }

  private sink(slot: SlotId, from: number): void {
    const { heap, size } = this
    const index = this.index.of
    let at = from
    for (let child = 2 * at + 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && this.before(heap[child + 1], heap[child])) child++
      const below = heap[child]
      if (!this.before(below, slot)) break
      heap[at] = below
      index[below] = at
      at = child
    }
    heap[at] = slot
    index[slot] = at
  }
}
