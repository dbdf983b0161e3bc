/** A mean over replications and its t interval. The unit of analysis is the replication, never the request. */
import { mean, sampleStandardDeviation } from 'simple-statistics'
import { studentQuantile, studentTwoSided } from './student.ts'

/** Level of all intervals. */
export const CONFIDENCE = 0.95

/** A mean with its spread. */
export interface Interval {
  readonly n: number
  readonly mean: number
  /** Sample standard deviation; NaN for n = 1. */
  readonly sd: number
  /** 95 % t interval of the mean; NaN for n = 1, of zero width when all values are equal. */
  readonly low: number
  readonly high: number
}

const quantiles = new Map<number, number>()

function halfQuantile(degrees: number): number {
  const known = quantiles.get(degrees)
  if (known !== undefined) return known
  const found = studentQuantile(1 - (1 - CONFIDENCE) / 2, degrees)
  quantiles.set(degrees, found)
  return found
}

/** Mean, sd and t interval of `values`, which have no NaN. Throws a RangeError when empty. */
export function intervalOf(values: readonly number[]): Interval {
  const n = values.length
  if (n === 0) throw new RangeError('an interval needs at least one value')
  const first = values[0]
  if (n === 1) return { n, mean: first, sd: NaN, low: NaN, high: NaN }
  // A rounded mean of equal values would give a nonzero width and difference.
  if (values.every((value) => value === first)) {
    return { n, mean: first, sd: 0, low: first, high: first }
  }
  const list = values as number[]
  const centre = mean(list)
  const sd = sampleStandardDeviation(list)
  const half = (halfQuantile(n - 1) * sd) / Math.sqrt(n)
  return { n, mean: centre, sd, low: centre - half, high: centre + half }
}

/** Two-sided p-value of "the mean is zero"; NaN for n = 1. */
export function pValueOf({ n, mean: centre, sd }: Interval): number {
  if (n === 1) return NaN
  if (sd === 0) return centre === 0 ? 1 : 0
  return studentTwoSided((centre / sd) * Math.sqrt(n), n - 1)
}
