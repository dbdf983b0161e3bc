/** What can be asked of a distribution, and how its parameters are checked. */
import type { RandomStream } from '../stream.ts'

export interface Distribution {
  /** Infinity where the tail is too heavy. */
  readonly mean: number
  readonly variance: number
  /** Smallest x with more than the share u of all draws at or below it, u in [0, 1). */
  quantile(u: number): number
  /** Share of draws at or below x. */
  cdf(x: number): number
  /** Share of draws above x: 1 - cdf(x), and exact where that is small. */
  survival(x: number): number
  /** One draw, from one uniform of the stream; in the unit of the parameters, not rounded. */
  sample(stream: RandomStream): number
}

/** Tables of ranks, values and counts hold no more entries than this; more are a mistake. */
export const MOST_RANKS = 10_000_000

/** The uniform 0 stands for [0, 2^-53): its middle keeps a normal variate finite. */
export const SMALLEST = 1 / 18_014_398_509_481_984

export function accept(holds: boolean, kind: string, parameter: string, found: unknown, accepted: string): void {
  if (!holds) throw new RangeError(`${parameter} of ${kind} distribution: ${String(found)}; accepted: ${accepted}`)
}

export const positive = (x: number): boolean => x > 0 && x < Infinity

/** First place in an ascending column whose entry is above x; its length when there is none. */
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
