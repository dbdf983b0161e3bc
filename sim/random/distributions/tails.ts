/** Heavy-tailed distributions with a closed-form inverse: Pareto, bounded Pareto, Weibull, Burr. */
import { gammaOf, logGamma } from '../gamma-function.ts'
import { pow } from '../math.ts'
import type { RandomStream } from '../stream.ts'
import { accept, positive, type Distribution } from './distribution.ts'

/** Survival (low / x)^alpha. The mean is infinite up to alpha 1, the variance up to alpha 2. */
export class Pareto implements Distribution {
  readonly mean: number
  readonly variance: number
  private readonly alpha: number
  private readonly low: number

  constructor(alpha: number, low: number) {
    accept(alpha >= MIN_ALPHA && alpha < Infinity, 'pareto', 'alpha', alpha, `a number from ${MIN_ALPHA} on`)
    accept(positive(low), 'pareto', 'low', low, 'a number above 0')
    this.alpha = alpha
    this.low = low
    this.mean = alpha > 1 ? (alpha * low) / (alpha - 1) : Infinity
    this.variance = alpha > 2 ? (this.mean * this.mean) / (alpha * (alpha - 2)) : Infinity
  }
  quantile(u: number): number {
    return this.low * pow(1 - u, -1 / this.alpha)
  }
  cdf(x: number): number {
    return x > this.low ? 1 - pow(this.low / x, this.alpha) : 0
  }
  survival(x: number): number {
    return x > this.low ? pow(this.low / x, this.alpha) : 1
  }
  sample(stream: RandomStream): number {
    return this.quantile(stream.next())
  }
}

/** Below this alpha the largest draw, 2^(53 / alpha) times low, is not a finite double. */
const MIN_ALPHA = 0.06

/** Density ∝ x^-(alpha + 1) from low to high. */
export class BoundedPareto implements Distribution {
  readonly mean: number
  readonly variance: number
  private readonly alpha: number
  private readonly low: number
  private readonly high: number
  /** 1 - (low / high)^alpha: the share of an unbounded Pareto below high. */
  private readonly kept: number

  constructor(alpha: number, low: number, high: number) {
    accept(positive(alpha), 'bounded-pareto', 'alpha', alpha, 'a number above 0')
    accept(positive(low), 'bounded-pareto', 'low', low, 'a number above 0')
    accept(high > low && high < Infinity, 'bounded-pareto', 'high', high, `a finite number above low (${low})`)
    this.alpha = alpha
    this.low = low
    this.high = high
    this.kept = 1 - pow(low / high, alpha)
    this.mean = this.moment(1)
    this.variance = this.moment(2) - this.mean * this.mean
  }
  quantile(u: number): number {
    // u just below 1 may round beyond the bound.
    return Math.min(this.low * pow(1 - u * this.kept, -1 / this.alpha), this.high)
  }
  cdf(x: number): number {
    if (x < this.low) return 0
    return x >= this.high ? 1 : (1 - pow(this.low / x, this.alpha)) / this.kept
  }
  survival(x: number): number {
    if (x < this.low) return 1
    return x >= this.high ? 0 : (pow(this.low / x, this.alpha) - pow(this.low / this.high, this.alpha)) / this.kept
  }
  sample(stream: RandomStream): number {
    return this.quantile(stream.next())
  }
  /** E[X^k] = low^k * alpha / kept * ∫ from 1 to high/low of y^(k - alpha - 1) dy. */
  private moment(k: number): number {
    const ratio = this.high / this.low
    const power = k - this.alpha
    const integral = power === 0 ? Math.log(ratio) : (pow(ratio, power) - 1) / power
    return (pow(this.low, k) * this.alpha * integral) / this.kept
  }
}

/** Survival exp(-(x / scale)^shape). E[X^r] = scale^r Γ(1 + r / shape). */
export class Weibull implements Distribution {
  readonly mean: number
  readonly variance: number
  private readonly shape: number
  private readonly scale: number

  constructor(shape: number, scale: number) {
    accept(positive(shape), 'weibull', 'shape', shape, 'a number above 0')
    accept(positive(scale), 'weibull', 'scale', scale, 'a number above 0')
    this.shape = shape
    this.scale = scale
    this.mean = scale * gammaOf(1 + 1 / shape)
    this.variance = scale * scale * gammaOf(1 + 2 / shape) - this.mean * this.mean
    accept(
      this.variance >= 0 && this.variance < Infinity,
      'weibull',
      'shape',
      shape,
      'a shape whose variance can be computed: about 0.02 to 1,000,000',
    )
  }
  quantile(u: number): number {
    return this.scale * pow(-Math.log(1 - u), 1 / this.shape)
  }
  cdf(x: number): number {
    return x > 0 ? -expMinus1(-pow(x / this.scale, this.shape)) : 0
  }
  survival(x: number): number {
    return x > 0 ? Math.exp(-pow(x / this.scale, this.shape)) : 1
  }
  sample(stream: RandomStream): number {
    return this.quantile(stream.next())
  }
}

/** Scale of the Weibull distribution of this shape and mean. */
export function weibullScale(shape: number, mean: number): number {
  return mean / gammaOf(1 + 1 / shape)
}

/**
 * Burr's type XII: survival (1 + (x / scale)^c)^-k. E[X^r] = scale^r k B(k - r / c, 1 + r / c), finite for r < c k.
 * Source: Burr 1942, Cumulative frequency functions; Tadikamalla 1980, A look at the Burr and related distributions.
 */
export class Burr implements Distribution {
  readonly mean: number
  readonly variance: number
  private readonly c: number
  private readonly k: number
  private readonly scale: number

  constructor(c: number, k: number, scale: number) {
    accept(positive(c), 'burr', 'c', c, 'a number above 0')
    accept(positive(k), 'burr', 'k', k, 'a number above 0')
    accept(c * k >= MIN_ALPHA, 'burr', 'c times k', c * k, `at least ${MIN_ALPHA}`)
    accept(positive(scale), 'burr', 'scale', scale, 'a number above 0')
    this.c = c
    this.k = k
    this.scale = scale
    this.mean = this.moment(1)
    const second = this.moment(2)
    this.variance = second === Infinity ? Infinity : second - this.mean * this.mean
  }
  quantile(u: number): number {
    return this.scale * pow(expMinus1(-Math.log(1 - u) / this.k), 1 / this.c)
  }
  cdf(x: number): number {
    return x > 0 ? -expMinus1(-this.k * Math.log(1 + pow(x / this.scale, this.c))) : 0
  }
  survival(x: number): number {
    return x > 0 ? Math.exp(-this.k * Math.log(1 + pow(x / this.scale, this.c))) : 1
  }
  sample(stream: RandomStream): number {
    return this.quantile(stream.next())
  }
  private moment(r: number): number {
    const { c, k, scale } = this
    if (r >= c * k) return Infinity
    // k B(k - r/c, 1 + r/c) = k Γ(k - r/c) Γ(1 + r/c) / Γ(k + 1) = Γ(k - r/c) Γ(1 + r/c) / Γ(k)
    return pow(scale, r) * Math.exp(logGamma(k - r / c) + logGamma(1 + r / c) - logGamma(k))
  }
}

/** e^y - 1, near 0 by its series: Math.expm1 does not give the same bits on every Node version. */
function expMinus1(y: number): number {
  return Math.abs(y) < 1e-5 ? y + (y * y) / 2 + (y * y * y) / 6 : Math.exp(y) - 1
}
