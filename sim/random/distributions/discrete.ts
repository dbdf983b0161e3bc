/** Discrete distributions: Zipf ranks, empirical values, counts. Drawn by a binary search in cumulative shares. */
import { logGamma } from '../gamma-function.ts'
import { pow } from '../math.ts'
import type { RandomStream } from '../stream.ts'
import { accept, firstAbove, MAX_RANKS, positive, type Distribution } from './distribution.ts'

/** A discrete distribution: values in ascending order with their cumulative shares. */
export class Discrete implements Distribution {
  readonly mean: number
  readonly variance: number
  readonly values: Float64Array
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
  survival(x: number): number {
    return 1 - this.cdf(x)
  }
  sample(stream: RandomStream): number {
    return this.quantile(stream.next())
  }
}

export class Zipf extends Discrete {
  constructor(n: number, exponent: number) {
    accept(Number.isInteger(n) && n >= 1 && n <= MAX_RANKS, 'zipf', 'n', n, `a whole number from 1 to ${MAX_RANKS}`)
    accept(exponent >= 0 && exponent < Infinity, 'zipf', 'exponent', exponent, 'a number from 0 on')
    const ranks = Float64Array.from({ length: n }, (_, i) => i + 1)
    super(
      ranks,
      ranks.map((rank) => pow(rank, -exponent)),
    )
  }
}

export class Empirical extends Discrete {
  constructor(values: readonly number[], weights: readonly number[] | undefined) {
    accept(values.length >= 1 && values.length <= MAX_RANKS, 'empirical', 'values', `${values.length} of them`, `1 to ${MAX_RANKS} numbers`)
    const bad = values.find((value) => !Number.isFinite(value))
    accept(bad === undefined, 'empirical', 'values', bad, 'finite numbers')
    if (weights !== undefined) {
      accept(
        weights.length === values.length,
        'empirical',
        'weights',
        `${weights.length} of them`,
        `one for each of the ${values.length} values`,
      )
      const wrong = weights.find((weight) => !(weight >= 0 && weight < Infinity))
      accept(wrong === undefined, 'empirical', 'weights', wrong, 'numbers from 0 on')
      accept(
        weights.some((weight) => weight > 0),
        'empirical',
        'weights',
        'all 0',
        'at least one above 0',
      )
    }
    // Sorted, so that a larger uniform never gives a smaller value. Values of weight 0 cannot be drawn: they are left out.
    const rows = Array.from(values.keys())
      .filter((row) => weights === undefined || weights[row] > 0)
      .sort((a, b) => values[a] - values[b] || a - b)
    super(
      Float64Array.from(rows, (row) => values[row]),
      Float64Array.from(rows, (row) => weights?.[row] ?? 1),
    )
  }
}

/**
 * Counts from 0 on, as of a Poisson variate whose mean is gamma distributed: variance mean + mean² / size. Probability of n:
 * Γ(n + size) / (Γ(size) n!) p^size (1 - p)^n, p = size / (size + mean). The table ends where less than 2^-53 of all counts remain.
 */
export class NegativeBinomial extends Discrete {
  constructor(mean: number, size: number) {
    accept(positive(mean), 'negative-binomial', 'mean', mean, 'a number above 0')
    accept(size >= 0.001 && size < 1e9, 'negative-binomial', 'size', size, 'a number from 0.001 to 1,000,000,000')
    // Beyond the mean the terms fall like (1 - p)^n = e^-n/(1 + mean/size) or as fast as Poisson's: 40 times that scale and the deviation.
    const reach = mean + 40 * (1 + mean / size + Math.sqrt(mean + (mean * mean) / size))
    accept(reach <= MAX_RANKS, 'negative-binomial', 'mean', mean, `less, or a larger size: counts up to ${MAX_RANKS} are kept`)
    const stay = mean / (size + mean)
    // From the largest term outwards: from 0 on, the first terms could underflow and with them all others.
    const peak = Math.max(0, Math.floor(((size - 1) * mean) / size))
    const log = logGamma(peak + size) - logGamma(size) - logGamma(peak + 1) + size * Math.log(size / (size + mean)) + peak * Math.log(stay)
    const weights = new Float64Array(Math.ceil(reach) + 1)
    weights[peak] = Math.exp(log)
    for (let n = peak; n > 0; n--) weights[n - 1] = (weights[n] * n) / ((n - 1 + size) * stay)
    for (let n = peak; n + 1 < weights.length; n++) weights[n + 1] = (weights[n] * (n + size) * stay) / (n + 1)
    super(
      weights.map((_, n) => n),
      weights,
    )
  }
}
