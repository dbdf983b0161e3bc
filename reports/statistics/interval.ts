/** A mean over replications and its t interval; the replication is the unit of analysis, never the request. */
import { mean, sampleStandardDeviation } from 'simple-statistics'
import { studentQuantile, studentTwoSided } from './student.ts'

export const CONFIDENCE = 0.95

export interface Interval {
  readonly n: number
  readonly mean: number
  /** Sample standard deviation; NaN for n = 1. */
  readonly sd: number
  /** 95 % t interval of the mean; NaN for n = 1, of no width when all values are equal. */
  readonly low: number
  readonly high: number
  /** Two-sided p-value of "the mean is zero"; NaN for n = 1. */
  readonly p: number
}

const quantiles = new Map<number, number>()

function halfQuantile(degrees: number): number {
  const known = quantiles.get(degrees)
  if (known !== undefined) return known
  const found = studentQuantile(1 - (1 - CONFIDENCE) / 2, degrees)
  quantiles.set(degrees, found)
  return found
}

/** `values` must hold at least one number and no NaN. */
export function intervalOf(values: readonly number[]): Interval {
  const n = values.length
  if (n === 0) throw new RangeError('an interval needs at least one value')
  const first = values[0]
  if (n === 1) return { n, mean: first, sd: NaN, low: NaN, high: NaN, p: NaN }
  // Equal values are taken as they are: a rounded mean would give them a width and a direction that they do not have.
  if (values.every((value) => value === first)) {
    return { n, mean: first, sd: 0, low: first, high: first, p: first === 0 ? 1 : 0 }
  }
  const list = values as number[]
  const centre = mean(list)
  const sd = sampleStandardDeviation(list)
  const error = sd / Math.sqrt(n)
  const half = halfQuantile(n - 1) * error
  return { n, mean: centre, sd, low: centre - half, high: centre + half, p: studentTwoSided(centre / error, n - 1) }
}
