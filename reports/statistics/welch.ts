/**
 * Comparison of two independent samples, which share no seed or replication. Welch 1947, The generalization of Student's problem when several
 * different population variances are involved: the difference of the means over its standard error sqrt(s1²/n1 + s2²/n2) is nearly t
 * distributed, with the degrees of freedom of Satterthwaite 1946,
 *
 *   (s1²/n1 + s2²/n2)² / ((s1²/n1)² / (n1 - 1) + (s2²/n2)² / (n2 - 1)).
 */
import type { MetricDefinition } from '../../sim/index.ts'
import type { Margins } from '../study.ts'
import { errorOf, FLAT, marginOf, onScale, presentIn, TOO_LARGE } from './contrast.ts'
import type { Measured, PerReplication } from './contrast.ts'
import { CONFIDENCE, intervalOf, SMALLEST_P } from './interval.ts'
import { resolutionOf, stepOf } from './resolution.ts'
import { studentQuantile, studentTwoSided } from './student.ts'

/** As `measure`, unpaired. Ratios use means of logarithms, so they are ratios of geometric means. `pairs` is the smaller count. */
export function measureUnpaired(metric: MetricDefinition, baseline: PerReplication, variant: PerReplication, margins: Margins): Measured {
  const [base, other] = [presentIn(baseline), presentIn(variant)]
  const pairs = Math.min(base.length, other.length)
  const notes: string[] = []
  let { comparison } = metric
  if (comparison === 'ratio' && [...base, ...other].some((value) => !(value > 0))) {
    comparison = 'difference'
    notes.push('a value is not positive, so differences are compared instead of ratios')
  }
  const shared = { comparison, better: metric.better, pairs, notes }
  if (pairs === 0) return { ...shared, mean: NaN, margin: NaN, marginShown: NaN, ...UNKNOWN }
  const logs = comparison === 'ratio'
  const scaled = (values: readonly number[]): number[] => (logs ? values.map(Math.log) : [...values])
  const [first, second] = [intervalOf(scaled(base)), intervalOf(scaled(other))]
  const mean = second.mean - first.mean
  const margin = marginOf(comparison, base, margins)
  const marginShown = logs ? 100 * margins.relative : margin
  if (pairs === 1) return { ...shared, mean, margin, marginShown, ...UNKNOWN }
  const [a, b] = [(first.sd * first.sd) / first.n, (second.sd * second.sd) / second.n]
  const plain = Math.sqrt(a + b)
  if (!Number.isFinite(plain) || !Number.isFinite(mean))
    return { ...shared, notes: [...notes, TOO_LARGE], mean, margin, marginShown, ...UNKNOWN }
  const flat = plain === 0 && mean !== 0
  if (flat) notes.push(FLAT)
  // As fractions of their sum: squares of tiny variances would underflow.
  const [u, v] = [a / (a + b), b / (a + b)]
  const degrees = plain === 0 ? pairs - 1 : 1 / ((u * u) / (first.n - 1) + (v * v) / (second.n - 1))
  const both = (of: typeof stepOf): number => largest(of, metric, base, logs) + largest(of, metric, other, logs)
  const error = errorOf(plain, pairs, both(resolutionOf), flat ? both(stepOf) : 0)
  const half = studentQuantile(1 - (1 - CONFIDENCE) / 2, degrees) * error
  return {
    ...shared,
    mean,
    low: mean - half,
    high: mean + half,
    p: mean === 0 ? 1 : Math.max(SMALLEST_P, studentTwoSided(mean / error, degrees)),
    spread: plain,
    error,
    degrees,
    margin,
    marginShown,
  }
}

const UNKNOWN = { low: NaN, high: NaN, p: NaN, spread: NaN, error: NaN, degrees: NaN }

const largest = (of: typeof stepOf, metric: MetricDefinition, values: readonly number[], logs: boolean): number =>
  values.reduce((most, value) => Math.max(most, onScale(of(metric, value), value, logs)), 0)
