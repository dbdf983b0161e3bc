/** Slots in order of a count that moves by ones, as one array of blocks: a uniform draw among the least takes O(1). */
import { grown } from '../../common/table.ts'
import { roomFor } from './slots.ts'

/**
 * A block per count, lowest first; `start[c]` is where the block of count c begins, and `start[c + 1]` where it ends. A slot whose
 * count grows by one changes places with the last of its block, and the border moves before it: O(1) for each step of one.
 */
export class LevelOrder {
  size = 0
  count = new Int32Array(16)
  private order = new Int32Array(16)
  private place = new Int32Array(16)
  private start = new Int32Array(16)
  /** The largest count so far: blocks above it are empty, and their start is the size. */
  private top = 0

  /** With a count of 0. */
  add(slot: number): void {
    if (slot >= this.count.length) {
      const length = roomFor(slot, this.count.length)
      this.count = grown(this.count, length)
      this.order = grown(this.order, length)
      this.place = grown(this.place, length)
    }
    this.count[slot] = this.top
    this.order[this.size] = slot
    this.place[slot] = this.size++
    this.start[this.top + 1] = this.size
    this.set(slot, 0)
  }

  remove(slot: number): void {
    this.set(slot, this.top)
    this.swap(this.place[slot], --this.size)
    this.start[this.top + 1] = this.size
    if (this.size === 0) this.top = 0
  }

  set(slot: number, count: number): void {
    while (this.top < count) this.raiseTop()
    while (this.count[slot] < count) {
      const above = this.count[slot] + 1
      this.swap(this.place[slot], --this.start[above])
      this.count[slot] = above
    }
    while (this.count[slot] > count) {
      const here = this.count[slot]
      this.swap(this.place[slot], this.start[here]++)
      this.count[slot] = here - 1
    }
  }

  /** How many slots but `exclude` share the least count; `exclude` is -1 or a slot that is in, and not alone. */
  ties(exclude: number): number {
    const least = this.count[this.order[0]]
    const end = this.end(least)
    if (exclude < 0 || this.count[exclude] !== least) return end
    if (end > 1) return end - 1
    return this.end(this.count[this.order[1]]) - 1
  }

  /** The i-th of them. */
  tied(i: number, exclude: number): number {
    const least = this.count[this.order[0]]
    if (exclude < 0 || this.count[exclude] !== least) return this.order[i]
    const end = this.end(least)
    if (end === 1) return this.order[1 + i]
    const slot = this.order[i]
    return slot === exclude ? this.order[end - 1] : slot // the last stands in for the excluded one
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
    const { order, place } = this
    const slot = order[a]
    const other = order[b]
    order[a] = other
    order[b] = slot
    place[other] = a
    place[slot] = b
  }
}
