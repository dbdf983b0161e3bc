/**
 * Does a mean rest on a handful of observations? From the buckets of a histogram: which part of the sum the largest 0.1 % carry, and
 * Hill's tail index. A Pareto tail of index a gives them 0.001^(1 - 1/a) of the sum: half at a = 1.11, 3 % at a = 2; an exponential
 * 0.8 % (p (1 - ln p) at p = 0.001). The largest of n draws is a cap, so half is reached in practice when the mean itself grows with the
 * cap (a about 1 and below); the index is told beside it, since from a = 2 downwards the variance already does.
 */
import { bucketStart, bucketWidth } from '../../sim/index.ts'
import type { SparseHistogram } from '../../sim/index.ts'

export interface Tail {
  readonly count: number
  /** Part of the sum that the largest 0.1 % carry. */
  readonly carried: number
  /** Largest observation, as the upper end of its bucket: the cap that a finite run puts on any tail. */
  readonly largest: number
  /** Hill 1975, A simple general approach to inference about the tail of a distribution: index from the largest 1 %. */
  readonly index: number
}

const TOP = 0.001
const HILL = 0.01
/** Ten in the top 0.1 %: fewer, and one slow request would make the warning. */
const LEAST = 10_000

/** Null for a histogram with too few observations, or nothing but zeros. */
export function tailOf({ buckets, counts }: SparseHistogram): Tail | null {
  const count = counts.reduce((sum, one) => sum + one, 0)
  const values = Float64Array.from(buckets, (bucket) => bucketStart(bucket) + (bucketWidth(bucket) - 1) / 2)
  const sum = values.reduce((total, value, i) => total + value * counts[i], 0)
  if (count < LEAST || sum === 0) return null
  const top = overTop(values, counts, Math.floor(TOP * count), (value) => value)
  const k = Math.floor(HILL * count)
  const threshold = nthLargest(values, counts, k + 1)
  const logs = overTop(values, counts, k, (value) => Math.log(value / threshold))
  const last = buckets.length - 1
  return {
    count,
    carried: top / sum,
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

/** Half of the sum in the largest 0.1 %. */
export const isHeavy = (tail: Tail): boolean => tail.carried >= 0.5
