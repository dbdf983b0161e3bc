/**
 * A stopping rule: how many further replications a study needs until its primary metric is precise enough. A pure function of the values
 * so far, evaluated after each wave. Waves have a fixed size and are evaluated whole, in the order of replications, so that the result
 * does not depend on which worker was faster.
 *
 * Stopping when the interval is narrow favours samples whose standard deviation happens to be small, so the interval covers the true value
 * in less than 95 % of studies. Chow and Robbins 1965 show that the coverage is right in the limit of narrow intervals; Law and Kelton
 * (Simulation Modeling and Analysis, section 9.4.1) advise at least ten first replications; Singham and Schruben 2012 (Finite-sample
 * performance of absolute precision stopping rules) compute the loss, which is largest when the rule stops in the first waves.
 * `precision.test.ts` measures it for this rule.
 */
import type { MetricDefinition } from '../../sim/index.ts'
import { presentIn } from './contrast.ts'
import type { PerReplication } from './contrast.ts'
import { intervalOf } from './interval.ts'

/** When to stop. */
export interface PrecisionRule {
  /** Half width of the 95 % interval as a fraction of the mean: 0.05 stops at 100 ms ± 5 ms. Exactly one of `relative` and `absolute` is a number. */
  readonly relative: number | null
  /** Half width in the unit of the values (points of a share). */
  readonly absolute: number | null
  /** Replications added at once. */
  readonly wave: number
  /** Maximum of replications per variant. */
  readonly most: number
}

/** How precise the values are. */
export interface Precision {
  /** Half width of the widest interval, on the scale of the rule (a fraction of the mean, or the unit); NaN when no list has a value. */
  readonly half: number
  /** Row of the list that it belongs to; -1 when no list has a value. */
  readonly widest: number
  /** Every interval is narrow enough. */
  readonly reached: boolean
}

/**
 * The widest interval of several lists of values, one value per replication (null: missing or refused). Lists without a value are ignored,
 * since a metric refused in every run stays refused with more runs. One value has no interval and is never precise enough.
 */
export function precisionOf(lists: readonly PerReplication[], rule: Pick<PrecisionRule, 'relative' | 'absolute'>): Precision {
  let half = NaN
  let widest = -1
  lists.forEach((list, i) => {
    const values = presentIn(list)
    if (values.length === 0) return
    const width = widthOf(values, rule)
    if (widest >= 0 && !(width > half)) return
    half = width
    widest = i
  })
  return { half, widest, reached: widest < 0 || half <= (rule.relative ?? rule.absolute ?? Infinity) }
}

function widthOf(values: readonly number[], { relative }: Pick<PrecisionRule, 'relative'>): number {
  if (values.length === 1) return Infinity
  const { mean, low, high } = intervalOf(values)
  const half = (high - low) / 2
  if (half === 0 || relative === null) return half
  return half / Math.abs(mean)
}

/**
 * Replications to add to every variant now: 0 when each list is precise enough or the maximum is reached, else one wave (the last may be
 * smaller). `lists` are the primary metric of each variant, or the differences of each contrast (`differencesOf`), over the replications
 * requested so far: their length counts, so a failed run is a null and is not repeated.
 */
export function moreReplications(lists: readonly PerReplication[], rule: PrecisionRule): number {
  const made = lists.reduce((max, list) => Math.max(max, list.length), 0)
  if (made >= rule.most || precisionOf(lists, rule).reached) return 0
  return Math.min(rule.wave, rule.most - made)
}

/**
 * The values that a rule about a contrast uses: variant minus baseline, in the unit, for an absolute rule; for a relative rule, variant
 * over baseline (ratios) or one plus the difference over the baseline's mean (all others), so that the width is a fraction of the baseline
 * and not of a difference near zero. Null where one side has no value, or a ratio is undefined.
 */
export function differencesOf(
  metric: MetricDefinition,
  baseline: PerReplication,
  variant: PerReplication,
  { relative }: Pick<PrecisionRule, 'relative'>,
): PerReplication {
  const values = presentIn(baseline)
  const centre = values.reduce((sum, value) => sum + value / values.length, 0)
  return baseline.map((base, r) => {
    const value = variant[r] ?? null
    if (base === null || value === null || Number.isNaN(value - base)) return null
    if (relative === null) return value - base
    if (metric.comparison === 'ratio') return base > 0 ? value / base : null
    return centre === 0 ? null : 1 + (value - base) / Math.abs(centre)
  })
}
