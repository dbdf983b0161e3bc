/**
 * Whether a mean depends on a few observations: the share of the sum that the largest 0.1 % contribute, and Hill's tail index, both from
 * the buckets of a histogram. With a Pareto tail of index a the share is 0.001^(1 - 1/a): half at a = 1.11, 3 % at a = 2; an exponential has
 * 0.8 % (p (1 - ln p) at p = 0.001). The largest of n draws caps the tail, so half is reached in practice when the mean itself grows with
 * the cap (a about 1 and below); the index is reported too, since for a of 2 and below the variance grows with the cap.
 */
import { bucketStart, bucketWidth } from '../../sim/index.ts'
import type { SparseHistogram } from '../../sim/index.ts'

/** The upper tail of a histogram. */
export interface Tail {
  readonly count: number
  /** Share of the sum that the largest 0.1 % contribute. */
  readonly topShare: number
  /** Largest observation, as the upper end of its bucket. */
  readonly largest: number
  /** Tail index from the largest 1 %: Hill 1975, A simple general approach to inference about the tail of a distribution. */
  readonly index: number
}

const TOP = 0.001
const HILL = 0.01
/** At least ten observations in the top 0.1 %: with fewer, one slow request could cause the warning. */
const MIN_COUNT = 10_000

/** The tail of a histogram; null with fewer than 10,000 observations, or zeros only. */
export function tailOf({ buckets, counts }: SparseHistogram): Tail | null {
  const count = counts.reduce((sum, one) => sum + one, 0)
  const values = Float64Array.from(buckets, (bucket) => bucketStart(bucket) + (bucketWidth(bucket) - 1) / 2)
  const sum = values.reduce((total, value, i) => total + value * counts[i], 0)
  if (count < MIN_COUNT || sum === 0) return null
  const top = overTop(values, counts, Math.floor(TOP * count), (value) => value)
  const k = Math.floor(HILL * count)
  const threshold = nthLargest(values, counts, k + 1)
  const logs = overTop(values, counts, k, (value) => Math.log(value / threshold))
  const last = buckets.length - 1
  return {
    count,
    topShare: top / sum,
    largest: bucketStart(buckets[last]) + bucketWidth(buckets[last]) - 1,
    index: logs > 0 ? k / logs : Infinity,
  }
}

/** Sum of `of` over the `k` largest observations; buckets ascend. */
function overTop(values: Float64Array, counts: Float64Array, k: number, of: (value: number) => number): number {
  let left = k
  let sum = 0
  for (let i = values.length - 1; i >= 0 && left > 0; i--) {
    const taken = Math.min(left, counts[i])
    sum += taken * of(values[i])
    left -= taken
  }
  return sum
}

function nthLargest(values: Float64Array, counts: Float64Array, n: number): number {
  let seen = 0
  for (let i = values.length - 1; i >= 0; i--) {
    seen += counts[i]
    if (seen >= n) return values[i]
  }
  return values[0]
}

/** Whether the largest 0.1 % contribute at least half of the sum. */
export const isHeavy = (tail: Tail): boolean => tail.topShare >= 0.5
