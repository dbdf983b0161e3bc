/** An indexed binary heap of slots: the first in some order at the top, any of them movable in O(log n). */
import { grown } from '../../common/table.ts'
import { roomFor } from './slots.ts'

const NONE = -1

/** Where each slot stands in its heap. Heaps whose members are disjoint share one column. */
export class Places {
  of = new Int32Array(16)

  reach(slot: number): void {
    if (slot >= this.of.length) this.of = grown(this.of, roomFor(slot, this.of.length))
  }
}

export abstract class SlotHeap {
  size = 0
  private heap = new Int32Array(16)
  private readonly places: Places

  constructor(places: Places) {
    this.places = places
  }

  /** A total order: never true for (a, b) and (b, a). */
  protected abstract before(a: number, b: number): boolean

  add(slot: number): void {
    if (this.size === this.heap.length) this.heap = grown(this.heap, this.size * 2)
    this.places.reach(slot)
    this.rise(slot, this.size++)
  }

  remove(slot: number): void {
    const gap = this.places.of[slot]
    const last = this.heap[--this.size]
    if (last !== slot) this.settle(last, gap)
  }

  /** To be called when the slot's key has changed. */
  moved(slot: number): void {
    this.settle(slot, this.places.of[slot])
  }

  /** To be called when keys of several have changed. */
  restore(): void {
    for (let at = (this.size >> 1) - 1; at >= 0; at--) this.sink(this.heap[at], at)
  }

  /** The first but `exclude`; NONE when there is no other. The second of a heap is one of the two below the top. */
  first(exclude: number): number {
    if (this.size === 0) return NONE
    const top = this.heap[0]
    if (top !== exclude) return top
    if (this.size === 1) return NONE
    const left = this.heap[1]
    if (this.size === 2) return left
    const right = this.heap[2]
    return this.before(right, left) ? right : left
  }

  private settle(slot: number, at: number): void {
    if (at > 0 && this.before(slot, this.heap[(at - 1) >> 1])) this.rise(slot, at)
    else this.sink(slot, at)
  }

  private rise(slot: number, from: number): void {
    const { heap } = this
    const place = this.places.of
    let at = from
    while (at > 0) {
      const parent = (at - 1) >> 1
      const above = heap[parent]
      if (!this.before(slot, above)) break
      heap[at] = above
      place[above] = at
      at = parent
    }
    heap[at] = slot
    place[slot] = at
  }

  private sink(slot: number, from: number): void {
    const { heap, size } = this
    const place = this.places.of
    let at = from
    for (let child = 2 * at + 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && this.before(heap[child + 1], heap[child])) child++
      const below = heap[child]
      if (!this.before(below, slot)) break
      heap[at] = below
      place[below] = at
      at = child
    }
    heap[at] = slot
    place[slot] = at
  }
}
