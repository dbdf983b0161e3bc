/** Poisson arrivals whose rate rises along a straight line and drops back at once, periodically: the worst case for policies that extrapolate a trend. */
import { nearest, type RandomStream } from '../../sim/random/index.ts'
import { unitGap, type Arrivals } from './arrivals.ts'
import type { PatternDefinition, PatternSpec } from './pattern.ts'

export const sawtooth: PatternDefinition<'sawtooth'> = {
  name: 'sawtooth',
  hasClock: true,
  check({ to, period }, check) {
    check.from0({ to })
    check.above0({ period })
  },
  open: (spec, stream) => new SawtoothArrivals(spec, stream),
}

class SawtoothArrivals implements Arrivals {
  private units = 0
  private readonly rate: number
  private readonly to: number
  private readonly period: number
  private readonly unitsPerPeriod: number
  private readonly stream: RandomStream

  /** The mean rate is (rate + to) / 2. */
  constructor({ rate, to, period }: PatternSpec<'sawtooth'>, stream: RandomStream) {
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
    // Λ over the fraction y of a period is (rate y + (to - rate) y² / 2) × period: the root as in piecewise.ts.
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
