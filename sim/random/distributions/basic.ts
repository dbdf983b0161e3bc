/** Elementary distributions: constant, exponential, uniform, normal, lognormal. */
import { normalCdf, normalQuantile } from '../math.ts'
import type { RandomStream } from '../stream.ts'
import { accept, positive, SMALLEST_UNIFORM, type Distribution } from './distribution.ts'

export class Constant implements Distribution {
  readonly mean: number
  readonly variance = 0

  constructor(value: number) {
    accept(Number.isFinite(value), 'constant', 'value', value, 'a finite number')
    this.mean = value
  }
  quantile(): number {
    return this.mean
  }
  cdf(x: number): number {
    return x >= this.mean ? 1 : 0
  }
  survival(x: number): number {
    return x >= this.mean ? 0 : 1
  }
  /** Takes a uniform although it is not needed, so that a change of kind does not shift the rest of the stream. */
  sample(stream: RandomStream): number {
    stream.next()
    return this.mean
  }
}

export class Exponential implements Distribution {
  readonly mean: number
  readonly variance: number

  constructor(mean: number) {
    accept(positive(mean), 'exponential', 'mean', mean, 'a number above 0')
    this.mean = mean
    this.variance = mean * mean
  }
  quantile(u: number): number {
    return -Math.log(1 - u) * this.mean
  }
  cdf(x: number): number {
    return x > 0 ? 1 - Math.exp(-x / this.mean) : 0
  }
  survival(x: number): number {
    return x > 0 ? Math.exp(-x / this.mean) : 1
  }
  sample(stream: RandomStream): number {
    return -Math.log(1 - stream.next()) * this.mean
  }
}

export class Uniform implements Distribution {
  readonly mean: number
  readonly variance: number
  private readonly low: number
  private readonly width: number

  constructor(low: number, high: number) {
    accept(Number.isFinite(low), 'uniform', 'low', low, 'a finite number')
    accept(Number.isFinite(high) && high >= low, 'uniform', 'high', high, `a finite number, at least low (${low})`)
    this.low = low
    this.width = high - low
    this.mean = low + this.width / 2
    this.variance = (this.width * this.width) / 12
  }
  quantile(u: number): number {
    return this.low + u * this.width
  }
  cdf(x: number): number {
    if (x < this.low) return 0
    return x >= this.low + this.width ? 1 : (x - this.low) / this.width
  }
  survival(x: number): number {
    if (x < this.low) return 1
    return x >= this.low + this.width ? 0 : (this.low + this.width - x) / this.width
  }
  sample(stream: RandomStream): number {
    return this.quantile(stream.next())
  }
}

/** May be negative: a caller that draws a time or an amount decides what a negative one means. */
export class Normal implements Distribution {
  readonly mean: number
  readonly variance: number
  private readonly sd: number

  constructor(mean: number, sd: number) {
    accept(Number.isFinite(mean), 'normal', 'mean', mean, 'a finite number')
    accept(positive(sd), 'normal', 'sd', sd, 'a number above 0')
    this.mean = mean
    this.sd = sd
    this.variance = sd * sd
  }
  quantile(u: number): number {
    return this.mean + this.sd * normalQuantile(u)
  }
  cdf(x: number): number {
    return normalCdf((x - this.mean) / this.sd)
  }
  survival(x: number): number {
    return normalCdf((this.mean - x) / this.sd)
  }
  sample(stream: RandomStream): number {
    return this.quantile(Math.max(stream.next(), SMALLEST_UNIFORM))
  }
}

/** Largest cv: its square is still finite. */
const MAX_CV = 1e100

/** exp of a normal variate with σ² = ln(1 + cv²) and µ = ln mean - σ²/2. */
export class Lognormal implements Distribution {
  readonly mean: number
  readonly variance: number
  private readonly mu: number
  private readonly sigma: number

  constructor(mean: number, cv: number) {
    accept(positive(mean), 'lognormal', 'mean', mean, 'a number above 0')
    accept(positive(cv), 'lognormal', 'cv', cv, 'a number above 0 (for 0 use constant)')
    accept(cv <= MAX_CV, 'lognormal', 'cv', cv, `at most ${MAX_CV}`)
    this.mean = mean
    this.variance = mean * cv * (mean * cv)
    const sigma2 = Math.log(1 + cv * cv)
    this.sigma = Math.sqrt(sigma2)
    this.mu = Math.log(mean) - sigma2 / 2
  }
  quantile(u: number): number {
    return Math.exp(this.mu + this.sigma * normalQuantile(u))
  }
  cdf(x: number): number {
    return x > 0 ? normalCdf((Math.log(x) - this.mu) / this.sigma) : 0
  }
  survival(x: number): number {
    return x > 0 ? normalCdf((this.mu - Math.log(x)) / this.sigma) : 1
  }
  sample(stream: RandomStream): number {
    return this.quantile(Math.max(stream.next(), SMALLEST_UNIFORM))
  }
}
