/**
 * The unit E: CPU time per event of a hand-written M/M/1, that is the cost of the random draws, the line of customers and a minimal heap
 * without an engine (37 ns on the machine of bench/baseline.json). Times in E can be compared between machines; beside other work on the same cores
 * all times grow, those of large cases more than E.
 */
import { nearest } from '../sim/random/index.ts'
import { median, timed } from './harness.ts'

/** Load 0.9: mean gap and mean service [µs]. */
export const GAP = 1e6 / 0.9
export const SERVICE = 1e6

/**
 * Uniform draws for the unit: sfc32, one word at a time. The unit has draws of its own, so that a faster stream in the simulator shows
 * as fewer E and does not make E smaller.
 */
class UnitDraws {
  private readonly state = Int32Array.of(1, 2, 3, 1)

  next(): number {
    return ((this.word() >>> 5) * 0x4000000 + (this.word() >>> 6)) / 0x20000000000000
  }

  private word(): number {
    const { state } = this
    const b = state[1]
    const c = state[2]
    const result = (((state[0] + b) | 0) + state[3]) | 0
    state[0] = b ^ (b >>> 9)
    state[1] = c + (c << 3)
    state[2] = ((c << 21) | (c >>> 11)) + result
    state[3]++
    return result
  }
}

/** Arrival times of the customers in the system, first in, first out. */
export class Line {
  length = 0
  private times = new Float64Array(64)
  private head = 0

  join(time: number): void {
    if (this.length === this.times.length) this.grow()
    this.times[(this.head + this.length++) & (this.times.length - 1)] = time
  }

  leave(): number {
    const time = this.times[this.head]
    this.head = (this.head + 1) & (this.times.length - 1)
    this.length--
    return time
  }

  private grow(): void {
    const larger = new Float64Array(2 * this.length)
    for (let i = 0; i < this.length; i++) larger[i] = this.times[(this.head + i) & (this.length - 1)]
    this.times = larger
    this.head = 0
  }
}

/** Pending (time, kind) ordered by time only: the minimal heap for an event loop. */
class MinimalHeap {
  count = 0
  time = 0
  private readonly entries = new Float64Array(64)

  push(time: number, kind: number): void {
    const { entries } = this
    let at = 2 * this.count++
    while (at > 0) {
      const parent = ((at - 2) >> 2) << 1
      if (entries[parent] <= time) break
      entries[at] = entries[parent]
      entries[at + 1] = entries[parent + 1]
      at = parent
    }
    entries[at] = time
    entries[at + 1] = kind
  }

  pop(): number {
    const { entries } = this
    const kind = entries[1] | 0
    this.time = entries[0]
    const end = 2 * --this.count
    const time = entries[end]
    let at = 0
    let child = 2
    while (child < end) {
      if (child + 2 < end && entries[child + 2] < entries[child]) child += 2
      if (time <= entries[child]) break
      entries[at] = entries[child]
      entries[at + 1] = entries[child + 1]
      at = child
      child = 2 * at + 2
    }
    entries[at] = time
    entries[at + 1] = entries[end + 1]
    return kind
  }
}

const ARRIVES = 0
const LEAVES = 1

/** Mean time in system [µs] of an M/M/1 with typed events in a heap and handlers inlined in the loop. */
export function inlinedQueue(customers: number): number {
  const stream = new UnitDraws()
  const heap = new MinimalHeap()
  const line = new Line()
  let total = 0
  let arrived = 0
  heap.push(nearest(-Math.log(1 - stream.next()) * GAP), ARRIVES)
  while (heap.count > 0) {
    const kind = heap.pop()
    const now = heap.time
    if (kind === ARRIVES) {
      line.join(now)
      if (line.length === 1) heap.push(now + nearest(-Math.log(1 - stream.next()) * SERVICE), LEAVES)
      if (++arrived < customers) heap.push(now + nearest(-Math.log(1 - stream.next()) * GAP), ARRIVES)
    } else {
      total += now - line.leave()
      if (line.length > 0) heap.push(now + nearest(-Math.log(1 - stream.next()) * SERVICE), LEAVES)
    }
  }
  return total / customers
}

const CUSTOMERS = 200_000
let warm = false

/** The current value of E [ns], median of nine runs. Measured beside each value in E, since the machine's speed may change. */
export function unit(): number {
  if (!warm) for (let i = 0; i < 10; i++) inlinedQueue(CUSTOMERS)
  warm = true
  return median(Array.from({ length: 9 }, () => (timed(() => inlinedQueue(CUSTOMERS)).seconds * 1e9) / (2 * CUSTOMERS)))
}
