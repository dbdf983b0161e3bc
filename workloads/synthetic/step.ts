/**
 * Poisson arrivals whose rate jumps at `at` and, when `until` is set, back again. Λ consists of three straight lines, so its inverse is
 * exact: no arrival is drawn twice or dropped at a jump, and before `at` the arrivals are those of the constant rate.
 */
import { nearest, type RandomStream } from '../../sim/random/index.ts'
import { unitGap, type Arrivals } from './arrivals.ts'
import type { PatternDefinition, PatternSpec } from './pattern.ts'

export const step: PatternDefinition<'step'> = {
  name: 'step',
  hasClock: true,
  check({ to, at, until }, check) {
    check.from0({ to, at })
    check.that(until === null || (until >= at && until < Infinity), 'until', `${until} µs`, `at or after the step, ${at} µs`)
  },
  open: (spec, stream) => new StepArrivals(spec, stream),
}

class StepArrivals implements Arrivals {
  private units = 0
  private readonly rate: number
  private readonly to: number
  private readonly at: number
  private readonly until: number
  /** Λ at the two jumps. */
  private readonly unitsAt: number
  private readonly unitsUntil: number
  private readonly stream: RandomStream

  constructor({ rate, to, at, until }: PatternSpec<'step'>, stream: RandomStream) {
    this.rate = rate
    this.to = to
    this.at = at
    this.until = until ?? Infinity
    this.unitsAt = (rate * at) / 1e6
    // Without a second jump the second line never ends, also at rate 0 (0 × Infinity would be NaN).
    this.unitsUntil = until === null ? Infinity : this.unitsAt + (to * (until - at)) / 1e6
    this.stream = stream
  }

  next(): number {
    this.units += unitGap(this.stream)
    // A unit gap is 0 about once in 2^53 draws; with `<` an arrival then never falls on a line of rate 0.
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
