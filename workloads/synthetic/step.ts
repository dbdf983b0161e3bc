/**
 * Poisson arrivals whose rate jumps at `at` and, when `until` is set, back again. Λ is three straight lines, so its inverse is
 * exact: no arrival is drawn twice or thrown away at a jump, and before `at` the arrivals are those of the constant rate.
 */
import { nearest, type RandomStream } from '../../sim/random/index.ts'
import { unitGap, type Arrivals } from './arrivals.ts'

export class StepArrivals implements Arrivals {
  private units = 0
  private readonly rate: number
  private readonly to: number
  private readonly at: number
  private readonly until: number
  /** Λ at the two jumps. */
  private readonly unitsAt: number
  private readonly unitsUntil: number
  private readonly stream: RandomStream

  /** Rates [1/s], times [µs]. */
  constructor(rate: number, to: number, at: number, until: number | null, stream: RandomStream) {
    this.rate = rate
    this.to = to
    this.at = at
    this.until = until ?? Infinity
    this.unitsAt = (rate * at) / 1e6
    // Without a way back the line never ends, also when nothing comes on it (0 * Infinity would be NaN).
    this.unitsUntil = until === null ? Infinity : this.unitsAt + (to * (until - at)) / 1e6
    this.stream = stream
  }

  next(): number {
    this.units += unitGap(this.stream)
    // A unit gap is 0 about once in 2^53 draws; `<` then leaves a line of rate 0 alone.
    if (this.units < this.unitsAt) return nearest((this.units * 1e6) / this.rate)
    if (this.units < this.unitsUntil) {
      return this.to === 0 ? Infinity : nearest(this.at + ((this.units - this.unitsAt) * 1e6) / this.to)
    }
    return this.rate === 0 ? Infinity : nearest(this.until + ((this.units - this.unitsUntil) * 1e6) / this.rate)
  }

  rateAt(time: number): number {
    return time >= this.at && time < this.until ? this.to : this.rate
  }
}
