/** Poisson arrivals: independent exponential gaps. Λ(t) = rate × t, so arrival k falls at (sum of k unit gaps) / rate. */
import { nearest, type RandomStream } from '../../sim/random/index.ts'
import { unitGap, type Arrivals } from './arrivals.ts'
import type { PatternDefinition, PatternSpec } from './pattern.ts'

export const poisson: PatternDefinition<'poisson'> = {
  name: 'poisson',
  hasClock: false,
  open: (spec, stream) => new PoissonArrivals(spec, stream),
}

export class PoissonArrivals implements Arrivals {
  private units = 0
  private readonly rate: number
  /** Mean gap [µs]. */
  private readonly gap: number
  private readonly stream: RandomStream

  constructor({ rate }: PatternSpec<'poisson'>, stream: RandomStream) {
    this.rate = rate
    this.gap = 1e6 / rate
    this.stream = stream
  }

  next(): number {
    if (this.rate === 0) return Infinity
    this.units += unitGap(this.stream)
    return nearest(this.units * this.gap)
  }

  rateAt(): number {
    return this.rate
  }
}
