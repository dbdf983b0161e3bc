/**
 * Distributions as plain data, and what can be asked of them. Every draw is an inversion: one uniform per variate, and a larger
 * uniform never gives a smaller variate. So competing policies that draw from one stream stay in step (common random numbers),
 * which faster methods (ziggurat, rejection) would break.
 */
import { normalCdf, normalQuantile, pow } from './math.ts'
import type { RandomStream } from './stream.ts'

export type DistributionSpec =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'exponential'; readonly mean: number }
  | { readonly kind: 'uniform'; readonly low: number; readonly high: number }
  | { readonly kind: 'normal'; readonly mean: number; readonly sd: number }
  /** cv: standard deviation over mean. */
  | { readonly kind: 'lognormal'; readonly mean: number; readonly cv: number }
  /** Density ∝ x^-(alpha + 1) from low to high. */
  | { readonly kind: 'bounded-pareto'; readonly alpha: number; readonly low: number; readonly high: number }
  /** Ranks 1 to n, probability ∝ rank^-exponent. */
  | { readonly kind: 'zipf'; readonly n: number; readonly exponent: number }
  /** The values themselves, each as likely as its weight says (all alike without weights). */
  | { readonly kind: 'empirical'; readonly values: readonly number[]; readonly weights?: readonly number[] }

export interface Distribution {
  readonly mean: number
  readonly variance: number
  /** Smallest x with more than the share u of all draws at or below it, u in [0, 1); a continuous one in closed form. */
  quantile(u: number): number
  /** Share of draws at or below x. */
  cdf(x: number): number
  /** One draw, from one uniform of the stream; in the unit of the parameters, not rounded. */
  sample(stream: RandomStream): number
}

/** Throws a RangeError that names the parameter, what was found and what is accepted. */
export function distribution(spec: DistributionSpec): Distribution {
  switch (spec.kind) {
    case 'constant':
      return new Constant(spec.value)
    case 'exponential':
      return new Exponential(spec.mean)
    case 'uniform':
      return new Uniform(spec.low, spec.high)
    case 'normal':
      return new Normal(spec.mean, spec.sd)
    case 'lognormal':
      return new Lognormal(spec.mean, spec.cv)
    case 'bounded-pareto':
      return new BoundedPareto(spec.alpha, spec.low, spec.high)
    case 'zipf':
      return new Zipf(spec.n, spec.exponent)
    case 'empirical':
      return new Empirical(spec.values, spec.weights)
  }
}

/** Zipf and empirical distributions hold a table; more ranks than this are a mistake. */
const MOST_RANKS = 10_000_000

/** The uniform 0 stands for [0, 2^-53): its middle keeps a normal variate finite. */
const SMALLEST = 1 / 18_014_398_509_481_984

function accept(holds: boolean, kind: string, parameter: string, found: unknown, accepted: string): void {
  if (!holds) throw new RangeError(`${parameter} of ${kind} distribution: ${String(found)}; accepted: ${accepted}`)
}

const positive = (x: number): boolean => x > 0 && x < Infinity

class Constant implements Distribution {
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
  /** Draws a uniform all the same: a change of kind leaves the rest of the stream where it was. */
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
  sample(stream: RandomStream): number {
    return -Math.log(1 - stream.next()) * this.mean
  }
}

class Uniform implements Distribution {
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
  sample(stream: RandomStream): number {
    return this.quantile(stream.next())
  }
}

/** Reaches below zero: whoever draws a time or an amount from it says what becomes of those. */
class Normal implements Distribution {
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
  sample(stream: RandomStream): number {
    return this.quantile(Math.max(stream.next(), SMALLEST))
  }
}

/** exp of a normal variate with σ² = ln(1 + cv²) and µ = ln mean - σ²/2. */
class Lognormal implements Distribution {
  readonly mean: number
  readonly variance: number
  private readonly mu: number
  private readonly sigma: number

  constructor(mean: number, cv: number) {
    accept(positive(mean), 'lognormal', 'mean', mean, 'a number above 0')
    accept(positive(cv), 'lognormal', 'cv', cv, 'a number above 0 (for 0 use constant)')
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
  sample(stream: RandomStream): number {
    return this.quantile(Math.max(stream.next(), SMALLEST))
  }
}

class BoundedPareto implements Distribution {
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

/** Values in ascending order with cumulated shares. */
class Discrete implements Distribution {
  readonly mean: number
  readonly variance: number
  private readonly values: Float64Array
  private readonly shares: Float64Array

  constructor(values: Float64Array, weights: Float64Array) {
    this.values = values
    this.shares = new Float64Array(values.length)
    let total = 0
    let sum = 0
    for (let i = 0; i < values.length; i++) {
      total += weights[i]
      sum += weights[i] * values[i]
      this.shares[i] = total
    }
    const mean = sum / total
    let squares = 0
    for (let i = 0; i < values.length; i++) {
      squares += weights[i] * (values[i] - mean) * (values[i] - mean)
      this.shares[i] /= total
    }
    this.mean = mean
    this.variance = squares / total
  }
  quantile(u: number): number {
    return this.values[Math.min(firstAbove(this.shares, u), this.values.length - 1)]
  }
  cdf(x: number): number {
    const upTo = firstAbove(this.values, x)
    return upTo === 0 ? 0 : this.shares[upTo - 1]
  }
  sample(stream: RandomStream): number {
    return this.quantile(stream.next())
  }
}

class Zipf extends Discrete {
  constructor(n: number, exponent: number) {
    accept(Number.isInteger(n) && n >= 1 && n <= MOST_RANKS, 'zipf', 'n', n, `a whole number from 1 to ${MOST_RANKS}`)
    accept(exponent >= 0 && exponent < Infinity, 'zipf', 'exponent', exponent, 'a number from 0 on')
    const ranks = Float64Array.from({ length: n }, (_, i) => i + 1)
    super(ranks, ranks.map((rank) => pow(rank, -exponent)))
  }
}

class Empirical extends Discrete {
  constructor(values: readonly number[], weights: readonly number[] | undefined) {
    accept(values.length >= 1 && values.length <= MOST_RANKS, 'empirical', 'values', `${values.length} of them`, `1 to ${MOST_RANKS} numbers`)
    const bad = values.find((value) => !Number.isFinite(value))
    accept(bad === undefined, 'empirical', 'values', bad, 'finite numbers')
    if (weights !== undefined) {
      accept(weights.length === values.length, 'empirical', 'weights', `${weights.length} of them`, `one for each of the ${values.length} values`)
      const wrong = weights.find((weight) => !(weight >= 0 && weight < Infinity))
      accept(wrong === undefined, 'empirical', 'weights', wrong, 'numbers from 0 on')
      accept(weights.some((weight) => weight > 0), 'empirical', 'weights', 'all 0', 'at least one above 0')
    }
    // Sorted, so that a larger uniform never gives a smaller value. Values of weight 0 cannot be drawn: they are left out.
    const rows = Array.from(values.keys())
      .filter((row) => weights === undefined || weights[row] > 0)
      .sort((a, b) => values[a] - values[b] || a - b)
    super(Float64Array.from(rows, (row) => values[row]), Float64Array.from(rows, (row) => weights?.[row] ?? 1))
  }
}

/** First place in an ascending column whose entry is above x; its length when there is none. */
function firstAbove(column: Float64Array, x: number): number {
  let low = 0
  let high = column.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (column[middle] > x) high = middle
    else low = middle + 1
  }
  return low
}
