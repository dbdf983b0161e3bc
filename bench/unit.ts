/**
 * The unit E: CPU time per event of an M/M/1 written out by hand, the least that the draws and the line of waiting customers cost
 * without any engine. Times in E can be compared between machines.
 */
import { Streams } from '../sim/random/stream.ts'
import { median, timed } from './harness.ts'

/** Load 0.9: mean gap and mean service [µs]. */
export const GAP = 1e6 / 0.9
export const SERVICE = 1e6

/** Arrival times of the customers present, first in, first out. */
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
    const longer = new Float64Array(2 * this.length)
    for (let i = 0; i < this.length; i++) longer[i] = this.times[(this.head + i) & (this.length - 1)]
    this.times = longer
    this.head = 0
  }
}

/** Mean time in system [µs] of an M/M/1 whose two possible events are two variables. */
export function inlinedQueue(customers: number): number {
  const stream = new Streams('unit', 0).stream('draws')
  const line = new Line()
  let total = 0
  let arrived = 0
  let arrival = Math.round(-Math.log(1 - stream.next()) * GAP)
  let departure = Infinity
  while (arrival < Infinity || departure < Infinity) {
    if (arrival <= departure) {
      const now = arrival
      line.join(now)
      if (line.length === 1) departure = now + Math.round(-Math.log(1 - stream.next()) * SERVICE)
      arrival = ++arrived < customers ? now + Math.round(-Math.log(1 - stream.next()) * GAP) : Infinity
    } else {
      const now = departure
      total += now - line.leave()
      departure = line.length > 0 ? now + Math.round(-Math.log(1 - stream.next()) * SERVICE) : Infinity
    }
  }
  return total / customers
}

const CUSTOMERS = 200_000
let warm = false

/** E now [ns]: median of nine runs. Asked for beside each measurement in E, since the machine's speed may change. */
export function unit(): number {
  if (!warm) for (let i = 0; i < 5; i++) inlinedQueue(CUSTOMERS)
  warm = true
  return median(Array.from({ length: 9 }, () => (timed(() => inlinedQueue(CUSTOMERS)).seconds * 1e9) / (2 * CUSTOMERS)))
}
