/** The contract of a distribution, and the check of its parameters. */
import type { RandomStream } from '../stream.ts'

/** A probability distribution with checked parameters. */
export interface Distribution {
  /** Mean and variance; Infinity where the tail is too heavy. */
  readonly mean: number
  readonly variance: number
  /** Smallest x such that more than the share u of all draws is at or below it, u in [0, 1). */
  quantile(u: number): number
  /** Share of draws at or below x. */
  cdf(x: number): number
  /** Share of draws above x: 1 - cdf(x), accurate where that is small. */
  survival(x: number): number
  /** One draw from one uniform of the stream, in the unit of the parameters, not rounded. */
  sample(stream: RandomStream): number
}

/** Largest number of entries in a table of ranks, values or counts; more are a mistake. */
export const MAX_RANKS = 10_000_000

/** Used for the uniform 0, which stands for [0, 2^-53): its middle keeps a normal variate finite. */
export const SMALLEST_UNIFORM = 1 / 18_014_398_509_481_984
/** The largest uniform, 1 - 2^-53. */
export const LARGEST_UNIFORM = 1 - 1 / 9_007_199_254_740_992

/** Throws a RangeError that names the parameter, what was found and what is accepted, unless the condition holds. */
export function accept(holds: boolean, kind: string, parameter: string, found: unknown, accepted: string): void {
  if (!holds) throw new RangeError(`${parameter} of ${kind} distribution: ${String(found)}; accepted: ${accepted}`)
}

/** Whether x is a finite number above 0. */
export const positive = (x: number): boolean => x > 0 && x < Infinity

/** First index of an ascending column whose entry is above x; the length of the column if none is. */
export function firstAbove(column: Float64Array, x: number): number {
  let low = 0
  let high = column.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (column[middle] > x) high = middle
    else low = middle + 1
  }
  return low
}
