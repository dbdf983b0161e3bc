/**
 * Renewal arrivals: gaps are independent draws of one distribution, such as gamma or Weibull gaps fitted to a trace that is more or less
 * even than Poisson. The distribution is scaled to the mean gap 1 / rate, so only its form counts. The first gap is the residual of a gap
 * that is under way at time zero (residual.ts), so the rate is right from the start. Source: Cox 1962, Renewal Theory, chapter 5.
 */
import { distribution, nearest, scaled, type Distribution, type DistributionSpec, type RandomStream } from '../../sim/random/index.ts'
import { NEVER, type Arrivals } from './arrivals.ts'
import type { PatternDefinition, PatternSpec } from './pattern.ts'
import { lifetimeProblem, residual } from './residual.ts'

export const renewal: PatternDefinition<'renewal'> = {
  name: 'renewal',
  hasClock: false,
  open: (spec, stream) => new RenewalArrivals(spec, stream),
}

class RenewalArrivals implements Arrivals {
  private time = 0
  private first = true
  private readonly rate: number
  /** The distribution of gaps in units of the mean gap. */
  private readonly form: DistributionSpec
  private readonly gaps: Distribution
  /** Mean gap [µs]. */
  private readonly gap: number
  private readonly stream: RandomStream

  /** Gaps in any unit. */
  constructor({ rate, gaps }: PatternSpec<'renewal'>, stream: RandomStream) {
    const problem = lifetimeProblem(gaps)
    if (problem !== '') throw new RangeError(`gaps of renewal traffic: ${problem.replace('lifetime: ', '')}`)
    this.form = scaled(gaps, 1 / distribution(gaps).mean) ?? gaps
    this.gaps = distribution(this.form)
    this.rate = rate
    this.gap = 1e6 / rate
    this.stream = stream
  }

  next(): number {
    if (this.rate === 0 || this.time >= NEVER) return Infinity
    this.time += (this.first ? residual(this.form)(this.stream) : this.gaps.sample(this.stream)) * this.gap
    this.first = false
    return nearest(this.time)
  }

  rateAt(): number {
    return this.rate
  }
}
