/**
 * The fitting bin with the least room, existing ones before new ones, by a list of the bins in this order (ties: lowest bin). A pod fits only where the room is at least its
 * size, so the search begins there, and passes over bins that are short of CPU or memory at two comparisons each; a filled bin moves down to its new place.
 * Plainly it would be a scan of all bins for the least room. A balanced tree over the order, with maxima as in first-fit-search.ts, would pass over
 * more at once when no two pods are alike; runs of equal pods need a search per class only, and the list with its short moves is a third of the code.
 */
import { CPU, MEMORY, NONE, type ClassesView } from '../../cluster/views.ts'
import type { Bins } from './bins.ts'
import type { Measure } from './measure.ts'
import type { BinSearch } from './search.ts'

/** A key is room * 2^24 + bin, the room at most 2^28: together below 2^53. */
const MOST_BINS = 16_777_216
const LEVELS = 268_435_456

export class BestFitSearch implements BinSearch {
  /** Existing bins in order of room, then new ones in order of room, and each one's room beside it. */
  private rooms = new Float64Array(0)
  private order = new Int32Array(0)
  private existing = 0
  private count = 0
  private size = 0
  private cursor = 0
  private askCpu = 0
  private askMemory = 0
  private bins!: Bins
  private classes!: ClassesView

  reset(bins: Bins, measure: Measure, most: number): void {
    this.bins = bins
    this.classes = measure.classes
    this.existing = bins.count
    this.count = bins.count
    if (this.rooms.length < most) {
      this.rooms = new Float64Array(most)
      this.order = new Int32Array(most)
    }
    this.sort()
  }

  /**
   * Sorting plain numbers is ten times faster than sorting bins by a comparison. The key is the room, cut to 28 bits of the largest, and the bin; only bins that are not in order yet,
   * because the cut made them equal, are compared.
   */
  private sort(): void {
    const { bins, count, order, rooms } = this
    if (count > MOST_BINS) throw new RangeError(`too many bins in one round: ${count}, at most ${MOST_BINS} are accepted`)
    const roomOf = new Float64Array(count)
    let largest = 0
    for (let bin = 0; bin < count; bin++) {
      roomOf[bin] = bins.room(bin)
      if (roomOf[bin] > largest) largest = roomOf[bin]
    }
    const keys = new Float64Array(count)
    const parts = largest > 0 ? LEVELS / largest : 0
    for (let bin = 0; bin < count; bin++) keys[bin] = Math.floor(roomOf[bin] * parts) * MOST_BINS + bin
    keys.sort()
    for (let place = 0; place < count; place++) order[place] = keys[place] % MOST_BINS
    for (let from = 0, end = 0; from < count; from = end) {
      let inOrder = true
      for (end = from + 1; end < count && keys[end] - order[end] === keys[from] - order[from]; end++) {
        if (roomOf[order[end]] < roomOf[order[end - 1]]) inOrder = false
      }
      if (!inOrder) order.subarray(from, end).sort((a, b) => roomOf[a] - roomOf[b] || a - b)
    }
    for (let place = 0; place < count; place++) rooms[place] = roomOf[order[place]]
  }

  start(podClass: number, size: number): void {
    this.askCpu = this.classes.request[CPU][podClass]
    this.askMemory = this.classes.request[MEMORY][podClass]
    this.size = size
    this.cursor = this.lowerBound(size, NONE, 0, this.existing)
  }

  next(): number {
    const { existing } = this
    const found = this.cursor < existing ? this.fitting(existing) : NONE
    if (found !== NONE) return found
    if (this.cursor <= existing) this.cursor = this.lowerBound(this.size, NONE, existing, this.count)
    return this.fitting(this.count)
  }

  /** The first bin from the cursor to `end` with CPU and memory enough. */
  private fitting(end: number): number {
    const { order, askCpu, askMemory } = this
    const cpu = this.bins.free[CPU]
    const memory = this.bins.free[MEMORY]
    for (let place = this.cursor; place < end; place++) {
      const bin = order[place]
      if (cpu[bin] < askCpu || memory[bin] < askMemory) continue
      this.cursor = place + 1
      return bin
    }
    this.cursor = end
    return NONE
  }

  // The filled bin has less room than before and goes to the left; what the cursor still has to see stays where it is.
  filled(bin: number): void {
    this.insert(bin, this.cursor - 1)
  }

  opened(bin: number): void {
    this.insert(bin, this.count)
    this.count++
    this.cursor = this.count
  }

  /** Puts the bin into its place in front of `free`, a place whose entry is not needed. */
  private insert(bin: number, free: number): void {
    const room = this.bins.room(bin)
    const to = this.lowerBound(room, bin, bin < this.existing ? 0 : this.existing, free)
    this.rooms.copyWithin(to + 1, to, free)
    this.order.copyWithin(to + 1, to, free)
    this.rooms[to] = room
    this.order[to] = bin
  }

  /** The first place from `start` to `end` that is not before (room, bin). */
  private lowerBound(room: number, bin: number, start: number, end: number): number {
    let low = start
    let high = end
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.rooms[middle] < room || (this.rooms[middle] === room && this.order[middle] < bin)) low = middle + 1
      else high = middle
    }
    return low
  }
}
