/**
 * Pairs of uniforms with a given rank correlation (Spearman's), by a Gaussian copula. The quantiles of any two distributions at these
 * uniforms have the same rank correlation, since quantiles keep ranks.
 */
import { normalCdf, normalQuantile } from '../math.ts'
import type { RandomStream } from '../stream.ts'
import { LARGEST_UNIFORM, SMALLEST_UNIFORM } from './distribution.ts'

/**
 * The Pearson correlation of two normal scores whose ranks have this correlation: 2 sin(π rank / 6).
 * Source: Pearson 1907, On further methods of determining correlation; Kruskal 1958, Ordinal measures of association.
 */
export function scoreCorrelation(rank: number): number {
  if (!(rank >= -1 && rank <= 1)) throw new RangeError(`rank correlation: ${rank}; accepted: -1 to 1`)
  // 2 sin(π / 6) is 1 except for the last bit, which √(1 - r²) would turn into 1e-8.
  return rank * rank === 1 ? rank : 2 * Math.sin((Math.PI * rank) / 6)
}

/** A source of pairs of uniforms. */
export interface CorrelatedPair {
  /** The second uniform of a pair, from the first one `u` and another independent uniform `v`; for correlation 0 it is `v` itself. */
  partner(u: number, v: number): number
  /** Draws two uniforms from the stream and sets `first` and `second`. */
  draw(stream: RandomStream): void
  readonly first: number
  readonly second: number
}

/** Pairs of uniforms in [0, 1) with this rank correlation, -1 to 1. Throws a RangeError for another. */
export function correlatedPair(rank: number): CorrelatedPair {
  return new GaussianPair(scoreCorrelation(rank))
}

class GaussianPair implements CorrelatedPair {
  first = 0
  second = 0
  private readonly correlation: number
  private readonly rest: number

  constructor(correlation: number) {
    this.correlation = correlation
    this.rest = Math.sqrt(Math.max(0, 1 - correlation * correlation))
  }

  partner(u: number, v: number): number {
    if (this.correlation === 0) return v
    const score =
      this.correlation * normalQuantile(Math.max(u, SMALLEST_UNIFORM)) + this.rest * normalQuantile(Math.max(v, SMALLEST_UNIFORM))
    return Math.min(normalCdf(score), LARGEST_UNIFORM)
  }

  draw(stream: RandomStream): void {
    this.first = stream.next()
    this.second = this.partner(this.first, stream.next())
  }
}
