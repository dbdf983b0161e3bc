/** A mean over replications and its t interval. The unit of analysis is the replication, never the request. */
import { mean, sampleStandardDeviation } from 'simple-statistics'
import type { MetricDefinition } from '../../sim/index.ts'
import { resolutionAmong } from './resolution.ts'
import { studentQuantile, studentTwoSided } from './student.ts'

/** Level of all intervals. */
export const CONFIDENCE = 0.95

/** The smallest p-value that is reported, 2.2e-16: below it, R too prints only a bound. A run-to-run spread of zero is never known that well. */
export const SMALLEST_P = Number.EPSILON

/** A mean with its spread. */
export interface Interval {
  readonly n: number
  readonly mean: number
  /** Sample standard deviation; NaN for n = 1. */
  readonly sd: number
  /** 95 % t interval of the mean; NaN for n = 1. */
  readonly low: number
  readonly high: number
}

/**
 * The scale on which an interval is symmetric. With m the mean and h the half width t · sd / √n of the linear interval, by the delta method
 * (Oehlert 1992, A note on the delta method):
 *
 *   linear   m ± h
 *   log      m · exp(± h / m), never below 0
 *   logit    the shares p with log(p / (1 - p)) = log(m / (1 - m)) ± h / (m (1 - m)), never below 0 nor above 100 %
 */
export type Scale = 'linear' | 'log' | 'logit'

/** Options of an interval. */
export interface IntervalOptions {
  readonly scale?: Scale
  /** What two values must differ by to be told apart, in their unit: the interval is at least that wide. */
  readonly resolution?: number
}

const quantiles = new Map<number, number>()

/** The t quantile of a two-sided 95 % interval. */
export function halfQuantile(degrees: number): number {
  const known = quantiles.get(degrees)
  if (known !== undefined) return known
  const found = studentQuantile(1 - (1 - CONFIDENCE) / 2, degrees)
  quantiles.set(degrees, found)
  return found
}

/** Mean, sd and t interval of `values`, which have no NaN. Throws a RangeError when empty. */
export function intervalOf(values: readonly number[], { scale = 'linear', resolution = 0 }: IntervalOptions = {}): Interval {
  const n = values.length
  if (n === 0) throw new RangeError('an interval needs at least one value')
  const first = values[0]
  if (n === 1) return { n, mean: first, sd: NaN, low: NaN, high: NaN }
  // A rounded mean of equal values would give a nonzero width and difference.
  const flat = values.every((value) => value === first)
  const list = values as number[]
  const centre = flat ? first : mean(list)
  const sd = flat ? 0 : sampleStandardDeviation(list)
  const [low, high] = endsOf(centre, (halfQuantile(n - 1) * sd) / Math.sqrt(n), scale)
  if (high - low >= resolution) return { n, mean: centre, sd, low, high }
  const least = scale === 'linear' ? -Infinity : 0
  return { n, mean: centre, sd, low: Math.max(least, centre - resolution / 2), high: centre + resolution / 2 }
}

function endsOf(centre: number, half: number, scale: Scale): readonly [number, number] {
  if (scale === 'log' && centre > 0) return [centre * Math.exp(-half / centre), centre * Math.exp(half / centre)]
  if (scale === 'logit' && centre > 0 && centre < 100) {
    const share = centre / 100
    const at = Math.log(share / (1 - share))
    const away = half / 100 / (share * (1 - share))
    const shareAt = (logit: number): number => 100 / (1 + Math.exp(-logit))
    return away === 0 ? [centre, centre] : [shareAt(at - away), shareAt(at + away)]
  }
  return [centre - half, centre + half]
}

/**
 * The scale of a metric's mean: no quantity of ours but a difference can be negative, so an interval that reaches below zero would be
 * nonsense. Shares up to 100 % have an upper end too; those that exceed it (usage over request) have none.
 */
function scaleOf({ comparison, unit }: Pick<MetricDefinition, 'comparison' | 'unit'>, values: readonly number[]): Scale {
  if (values.some((value) => value < 0)) return 'linear'
  return comparison === 'points' && unit === '%' && values.every((value) => value <= 100) ? 'logit' : 'log'
}

/** The interval of a metric's mean: on the metric's scale, and no narrower than its resolution. */
export const metricInterval = (metric: MetricDefinition, values: readonly number[]): Interval =>
  intervalOf(values, { scale: scaleOf(metric, values), resolution: resolutionAmong(metric, values) })

/** Two-sided p-value of "the mean is zero", at least SMALLEST_P; NaN for n = 1. `error` is the standard error of the mean. */
export function pValueOf({ n, mean: centre }: Interval, error: number): number {
  if (n === 1) return NaN
  if (centre === 0) return 1
  return error === 0 ? SMALLEST_P : Math.max(SMALLEST_P, studentTwoSided(centre / error, n - 1))
}
