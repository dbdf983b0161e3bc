/** Equal gaps: arrival k falls at k / rate, the first after one gap. Multiplied out each time, so rounding never adds up. */
import { nearest } from '../../sim/random/index.ts'
import type { Arrivals } from './arrivals.ts'

export class ConstantArrivals implements Arrivals {
  private count = 0
  private readonly rate: number
  /** [µs]; not rounded, so that 3 requests a second are 3 a second for ever. */
  private readonly gap: number

  constructor(rate: number) {
    this.rate = rate
    this.gap = 1e6 / rate
  }

  next(): number {
    return nearest(++this.count * this.gap)
  }

  rateAt(): number {
    return this.rate
  }
}
