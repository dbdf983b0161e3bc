/**
 * One variant against the baseline in one metric: paired differences per replication (both had the same random streams), their t
 * interval and a verdict. reports/README.md explains the rules.
 */
import { mean } from 'simple-statistics'
import type { Better, Comparison, MetricDefinition } from '../../sim/index.ts'
import type { Margins } from '../study.ts'
import { CONFIDENCE, halfQuantile, intervalOf, pValueOf } from './interval.ts'
import { resolutionOf, stepOf } from './resolution.ts'

/** `changed` replaces better and worse for metrics without a better side. */
export type Verdict = 'better' | 'worse' | 'changed' | 'equivalent' | 'inconclusive'

/** The result of comparing a variant with the baseline, for readers. */
export interface Contrast {
  /** The comparison used: a ratio with a value that is not positive falls back to a difference. */
  readonly comparison: Comparison
  /** Replications present on both sides. */
  readonly pairs: number
  /** Variant minus baseline: in the metric's unit, in points, or in percent of the baseline for ratios. NaN without pairs. */
  readonly difference: number
  /** 95 % interval of it; NaN below two pairs. */
  readonly low: number
  readonly high: number
  /** Two-sided p-value; NaN below two pairs. */
  readonly p: number
  /** Holm-adjusted over the contrasts of the primary metric; null for exploratory ones. */
  readonly adjusted: number | null
  /** Differences up to this count as equal, on the scale of `difference`. */
  readonly margin: number
  readonly verdict: Verdict
  /** A limitation of this verdict, or ''. */
  readonly reason: string
}

/** Values per replication; null or NaN where the run or its metric is missing (NaN keeps the array one of doubles). */
export type PerReplication = readonly (number | null)[]

/** The values that are not missing. */
export const presentIn = (list: PerReplication): number[] => list.filter((value) => present(value))

const countIn = (list: PerReplication): number => list.reduce<number>((count, value) => (present(value) ? count + 1 : count), 0)

/** Whether a replication has a value. */
export const present = (value: number | null | undefined): value is number => typeof value === 'number' && !Number.isNaN(value)

/** A contrast before Holm's correction and the verdict. */
export interface Measured {
  readonly comparison: Comparison
  readonly better: Better
  readonly pairs: number
  /** On the scale of the test: log-ratios for ratios. */
  readonly mean: number
  readonly low: number
  readonly high: number
  readonly p: number
  /** Sample standard deviation of the differences; NaN below two pairs. */
  readonly spread: number
  /** Standard error of the mean and its degrees of freedom; NaN below two pairs. */
  readonly error: number
  readonly degrees: number
  readonly margin: number
  /** The margin for readers: percent for ratios. */
  readonly marginShown: number
  readonly notes: readonly string[]
}

/** Compares paired values: `baseline[r]` and `variant[r]` had the same random streams. */
export function measure(metric: MetricDefinition, baseline: PerReplication, variant: PerReplication, margins: Margins): Measured {
  const bases: number[] = []
  const others: number[] = []
  baseline.forEach((base, r) => {
    const value = variant[r]
    if (!present(base) || !present(value)) return
    bases.push(base)
    others.push(value)
  })
  const pairs = bases.length
  const notes: string[] = []
  const either = Math.max(countIn(baseline), countIn(variant))
  if (pairs > 0 && pairs < either) notes.push(`${pairs} of ${either} replications have both values`)
  let comparison = metric.comparison
  if (comparison === 'ratio' && !(bases.every(positive) && others.every(positive))) {
    comparison = 'difference'
    notes.push('a value is not positive, so differences are compared instead of ratios')
  }
  const logs = comparison === 'ratio'
  const both = (of: typeof stepOf): number[] =>
    bases.map((base, i) => onScale(of(metric, base), base, logs) + onScale(of(metric, others[i]), others[i], logs))
  return measureDifferences({
    comparison,
    better: metric.better,
    differences: bases.map((base, i) => (logs ? Math.log(others[i] / base) : others[i] - base)),
    reference: bases,
    resolution: average(both(resolutionOf)),
    step: average(both(stepOf)),
    margins,
    notes,
  })
}

const positive = (value: number): boolean => value > 0

/** A resolution at a value on the scale of the test: relative to the value for log-ratios. */
export const onScale = (resolution: number, value: number, logs: boolean): number => (logs ? resolution / value : resolution)

const average = (list: readonly number[]): number => list.reduce((sum, one) => sum + one / list.length, 0)

/** The input of a paired test: one difference per replication, on the scale of the test (log-ratios for ratios). */
export interface Differences {
  readonly comparison: Comparison
  readonly better: Better
  readonly differences: readonly number[]
  /** Baseline values; the margin of a `difference` is a fraction of their mean. Not used by other comparisons. */
  readonly reference: readonly number[]
  /** On the scale of the test: what a difference cannot be told apart from, and the step of its values (`resolution.ts`). */
  readonly resolution: number
  readonly step: number
  readonly margins: Margins
  readonly notes: readonly string[]
}

/** The reason when squares of the values exceed the range of doubles. */
export const TOO_LARGE = 'values too large for an interval'

const UNDEFINED = { mean: NaN, low: NaN, high: NaN, p: NaN, spread: NaN, error: NaN, degrees: NaN, margin: NaN, marginShown: NaN }

/** The paired test of differences: mean, t interval, p-value and margin. */
export function measureDifferences({
  comparison,
  better,
  differences,
  reference,
  resolution,
  step,
  margins,
  notes,
}: Differences): Measured {
  const shared = { comparison, better, pairs: differences.length }
  if (differences.length === 0) return { ...shared, notes, ...UNDEFINED }
  const interval = intervalOf(differences)
  const margin = marginOf(comparison, reference, margins)
  const marginShown = comparison === 'ratio' ? 100 * margins.relative : margin
  if (!Number.isFinite(interval.mean) || interval.sd === Infinity)
    return { ...shared, ...UNDEFINED, mean: interval.mean, margin, marginShown, notes: [...notes, TOO_LARGE] }
  const { n, mean: centre, sd } = interval
  const flat = n > 1 && sd === 0 && centre !== 0
  const error = n === 1 ? NaN : errorOf(sd / Math.sqrt(n), n, resolution, flat ? step : 0)
  const half = n === 1 ? NaN : halfQuantile(n - 1) * error
  return {
    ...shared,
    notes: flat ? [...notes, FLAT] : notes,
    mean: centre,
    low: centre - half,
    high: centre + half,
    p: pValueOf(interval, error),
    spread: sd,
    error,
    degrees: n - 1,
    margin,
    marginShown,
  }
}

/** The reason when a spread of zero cannot be taken at its word. */
export const FLAT = 'all differences are equal, so the interval is that of the step of the values'

/**
 * The standard error of a mean of n differences, never so small that the interval would be narrower than the resolution. Equal differences
 * say that the spread is below the step of the values, not that it is zero: the difference of two values, each uniformly distributed within
 * a step s, has the standard deviation s / √6 (Sheppard 1898).
 */
export function errorOf(error: number, n: number, resolution: number, step: number): number {
  // `resolution` and `step` are sums over both sides.
  return Math.max(error, resolution / 2 / halfQuantile(n - 1), step / 2 / Math.sqrt(6 * n))
}

/**
 * The margin on the scale of the test: a logarithm for ratios, so that swapping variant and baseline changes no verdict; a fraction of the
 * baseline's mean for differences, because one absolute margin does not fit both seconds and pods.
 */
export function marginOf(comparison: Comparison, baseline: readonly number[], margins: Margins): number {
  if (comparison === 'ratio') return Math.log(1 + margins.relative)
  if (comparison === 'points') return margins.points
  return Math.abs(mean(baseline as number[])) * margins.relative
}

/** The verdict. `adjusted` is Holm's p-value for contrasts of the primary metric, null for all others; `family` names what it was corrected over. */
export function decide(measured: Measured, adjusted: number | null, family = 'contrasts'): Contrast {
  const { comparison, pairs, mean, low, high, p, marginShown } = measured
  const shown = comparison === 'ratio' ? percentChange : (value: number): number => value
  const { verdict, reason } = verdictOf(measured, adjusted, family)
  return {
    comparison,
    pairs,
    difference: shown(mean),
    low: shown(low),
    high: shown(high),
    p,
    adjusted,
    margin: marginShown,
    verdict,
    reason: [reason, ...measured.notes].filter((note) => note !== '').join('; '),
  }
}

/** Percent change of a log-ratio. */
const percentChange = (logRatio: number): number => 100 * (Math.exp(logRatio) - 1)

function verdictOf(measured: Measured, adjusted: number | null, family: string): { verdict: Verdict; reason: string } {
  const { pairs, mean, low, high, p, margin, better } = measured
  if (pairs === 0) return { verdict: 'inconclusive', reason: 'no replication has both values' }
  if (pairs === 1) return { verdict: 'inconclusive', reason: 'one replication gives no interval' }
  if (low >= -margin && high <= margin) return { verdict: 'equivalent', reason: '' }
  // Runs that made the same values differ by nothing, whatever the resolution.
  if (mean === 0 && measured.spread === 0) return { verdict: 'equivalent', reason: 'equal in every replication' }
  const level = 1 - CONFIDENCE
  if ((adjusted ?? p) < level) {
    if (better === 'neither') return { verdict: 'changed', reason: '' }
    return { verdict: mean < 0 === (better === 'lower') ? 'better' : 'worse', reason: '' }
  }
  const lost = adjusted !== null && p < level
  return {
    verdict: 'inconclusive',
    reason: lost ? `not significant after Holm's correction over all ${family} of the primary metric (p = ${adjusted.toFixed(3)})` : '',
  }
}
