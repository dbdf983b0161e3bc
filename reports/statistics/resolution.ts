/**
 * The resolution of metrics: what two values must differ by to be told apart. Quantiles come from histograms, whose buckets are 1/128 to
 * 1/256 of a value wide; counts have steps of one; all else is computed from whole microseconds.
 */
import { bucketOf, bucketWidth } from '../../sim/index.ts'
import type { MetricDefinition } from '../../sim/index.ts'

/** Steps of a histogram per unit of a metric: times are recorded in microseconds, slowdowns in thousandths, counts in ones. */
const STEPS: Readonly<Record<string, number>> = { ms: 1e3, s: 1e6, '1': 1e3 }

/** Units of metrics that are whole numbers in each run, with a step of one. */
const COUNTED = ['pods', 'jobs', 'nodes', 'requests', 'min']

/** Relative step of a number that is neither counted nor from a histogram: 1 µs in a second. */
const RELATIVE_STEP = 1e-6

type Known = Pick<MetricDefinition, 'id' | 'unit'>

/** Whether the metric is a quantile, "latency-p99": the naming rule of `sim/outcome/standard.ts`. */
const isQuantile = ({ id }: Known): boolean => /-p\d+$/.test(id)

/**
 * The resolution of a quantile metric at a value, in the metric's unit: the width of its bucket, or 1 for quantiles of counts; 0 for metrics
 * that are no quantiles.
 */
export function resolutionOf(metric: Known, value: number): number {
  if (!isQuantile(metric) || !(value >= 0)) return 0
  const steps = STEPS[metric.unit] as number | undefined
  if (steps === undefined) return 1
  const recorded = Math.floor(value * steps)
  return recorded > Number.MAX_SAFE_INTEGER ? 0 : bucketWidth(bucketOf(recorded)) / steps
}

/** The largest resolution among the values. */
export const resolutionAmong = (metric: Known, values: readonly number[]): number =>
  values.reduce((largest, value) => Math.max(largest, resolutionOf(metric, value)), 0)

/** The step of a metric's values: differences that are equal in every replication are known no better than that. */
export function stepOf(metric: Known, value: number): number {
  const resolution = resolutionOf(metric, value)
  if (resolution > 0) return resolution
  return COUNTED.includes(metric.unit) && Number.isInteger(value) ? 1 : RELATIVE_STEP * Math.abs(value)
}
