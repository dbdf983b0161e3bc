/** Equal gaps: arrival k falls at k / rate, the first one gap after time zero. Each time is multiplied out, so rounding errors do not add up. */
import { nearest } from '../../sim/random/index.ts'
import type { Arrivals } from './arrivals.ts'
import type { PatternDefinition, PatternSpec } from './pattern.ts'

export const constant: PatternDefinition<'constant'> = {
  name: 'constant',
  hasClock: false,
  open: (spec) => new ConstantArrivals(spec),
}

class ConstantArrivals implements Arrivals {
  private count = 0
  private readonly rate: number
  /** [µs]; not rounded, so that the rate of 3/s is exact in the long run. */
  private readonly gap: number

  constructor({ rate }: PatternSpec<'constant'>) {
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
