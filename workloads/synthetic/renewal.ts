/**
 * Arrivals whose gaps are independent draws of one distribution: gamma or Weibull gaps as fitted to traces, where Poisson is too even or not even
 * enough. The distribution is scaled to the mean gap 1/rate, so only its form counts. The first gap is what is left of one that is met at a
 * random instant (residual.ts), so the rate is right from the start on. Source: Cox 1962, Renewal Theory, chapter 5.
 */
import { distribution, type Distribution, type DistributionSpec, nearest, type RandomStream, scaled } from '../../sim/random/index.ts'
import { NEVER, type Arrivals } from './arrivals.ts'
import { lifetimeProblem, residual } from './residual.ts'

export class RenewalArrivals implements Arrivals {
  private time = 0
  private first = true
  private readonly rate: number
  /** In mean gaps. */
  private readonly form: DistributionSpec
  private readonly gaps: Distribution
  /** Mean gap [µs]. */
  private readonly gap: number
  private readonly stream: RandomStream

  /** [1/s]; gaps in any unit. */
  constructor(rate: number, gaps: DistributionSpec, stream: RandomStream) {
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
