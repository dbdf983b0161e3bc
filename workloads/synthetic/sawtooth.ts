/** Poisson arrivals whose rate rises along a straight line and falls back at once, again and again: the worst case of rules that follow a trend. */
import { nearest, type RandomStream } from '../../sim/random/index.ts'
import { unitGap, type Arrivals } from './arrivals.ts'

export class SawtoothArrivals implements Arrivals {
  private units = 0
  private readonly rate: number
  private readonly to: number
  private readonly period: number
  private readonly unitsPerPeriod: number
  private readonly stream: RandomStream

  /** From `rate` to `to` [1/s] in each period [µs]; mean (rate + to) / 2. */
  constructor(rate: number, to: number, period: number, stream: RandomStream) {
    this.rate = rate
    this.to = to
    this.period = period
    this.unitsPerPeriod = ((rate + to) * period) / 2e6
    this.stream = stream
  }

  next(): number {
    if (this.unitsPerPeriod === 0) return Infinity
    this.units += unitGap(this.stream)
    const reached = this.units / this.unitsPerPeriod
    const periods = Math.floor(reached)
    // Λ of the part y of a period is (rate y + (to - rate) y² / 2) period: the root as in piecewise.ts.
    const left = ((reached - periods) * (this.rate + this.to)) / 2
    const root = this.rate + Math.sqrt(Math.max(0, this.rate * this.rate + 2 * (this.to - this.rate) * left))
    const part = root === 0 ? 0 : Math.min(1, (2 * left) / root)
    return nearest((periods + part) * this.period)
  }

  rateAt(time: number): number {
    const part = time / this.period
    return this.rate + (this.to - this.rate) * (part - Math.floor(part))
  }
}
