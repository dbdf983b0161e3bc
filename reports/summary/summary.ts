/** Summarises a study: a row per variant and metric with interval, contrast and verdict, plus effects and warnings. */
import { metricById } from '../../sim/index.ts'
import type { MetricDefinition } from '../../sim/index.ts'
import { pooledQuantile } from './pooled.ts'
import { decide, measure, presentIn } from '../statistics/contrast.ts'
import type { Contrast, PerReplication } from '../statistics/contrast.ts'
import { effectsOf } from '../statistics/effects.ts'
import type { Effects } from '../statistics/effects.ts'
import { corrected } from '../statistics/holm.ts'
import { metricInterval } from '../statistics/interval.ts'
import { metricsOf, plannedReplications, runsOf } from '../study.ts'
import type { Study, StudyRun } from '../study.ts'
import { warningsOf } from './warnings.ts'
import type { Warning } from './warnings.ts'

/** One variant in one metric. */
export interface SummaryRow {
  readonly variant: number
  readonly metric: MetricDefinition
  /** Replications with a value; the others are missing, refused or not applicable. */
  readonly n: number
  /** Mean over replications (for a quantile: the mean of per-run quantiles), its sd and 95 % interval; NaN when undefined. */
  readonly mean: number
  readonly sd: number
  readonly low: number
  readonly high: number
  /** For latency quantiles: the quantile of all replications' requests together, even when single runs had too few; else NaN. */
  readonly pooled: number
  /** Against the baseline; null for the baseline itself. */
  readonly contrast: Contrast | null
  /** Why values are missing; '' when none is missing or the metric does not apply. */
  readonly missing: string
}

/** The evaluation of a study, from which tables, charts and texts are derived. */
export interface Summary {
  readonly study: Study
  /** Variant by variant, the metrics in the order of `metricsOf`. */
  readonly rows: readonly SummaryRow[]
  /** The row of a variant and a metric id; throws a RangeError for an unknown metric. */
  row(variant: number, metric: string): SummaryRow
  /** Metrics that have a value in some variant, the primary first. */
  readonly present: readonly MetricDefinition[]
  /** Main effects and interactions of the axes, for each of `present` in its order; their lists are empty below two axes. */
  readonly effects: readonly Effects[]
  readonly warnings: readonly Warning[]
}

/** Evaluates a study. Throws a RangeError when its primary metric is unknown. */
export function summarise(study: Study): Summary {
  const primary = metricById(study.primary)
  const metrics = metricsOf(study)
  if (primary === undefined || !metrics.some(({ id }) => id === primary.id))
    throw new RangeError(`unknown metric: ${study.primary}; accepted: ${metrics.map((m) => m.id).join(', ')}`)
  const values = valuesOf(study, metrics, ({ result }) => result.metrics)
  const refusals = study.variants.map((_, variant) => refusalsOf(study, variant))
  const rows = metrics.map((metric, i) => rowsOfMetric(study, metric, values[i], refusals))
  const index = new Map<string, number>(metrics.map((metric, i) => [metric.id, i]))
  const placeOf = (metric: string): number => {
    const at = index.get(metric)
    if (at === undefined) throw new RangeError(`unknown metric: ${metric}`)
    return at
  }
  const row = (variant: number, metric: string): SummaryRow => rows[placeOf(metric)][variant]
  const present = metrics.filter((metric, i) => metric.id !== primary.id && rows[i].some((r) => r.n > 0))
  if (study.variants.some((_, variant) => row(variant, primary.id).n > 0)) present.unshift(primary)
  let effects: readonly Effects[] | undefined
  return {
    study,
    rows: study.variants.flatMap((_, variant) => rows.map((list) => list[variant])),
    row,
    present,
    // Lazy: two axes of a hundred levels have 9,801 interactions in every metric.
    get effects() {
      return (effects ??= present.map((metric) => effectsOf(study, metric, values[placeOf(metric.id)])))
    },
    warnings: warningsOf(study, present),
  }
}

/** The rows of one metric, one per variant. Contrasts of the primary metric form the family of Holm's correction. */
function rowsOfMetric(
  study: Study,
  metric: MetricDefinition,
  values: readonly PerReplication[],
  refusals: readonly Refusals[],
): SummaryRow[] {
  const measured = values.slice(1).map((list) => measure(metric, values[0], list, study.margins))
  const adjusted = metric.id === study.primary ? corrected(measured) : measured.map(() => null)
  const contrasts = measured.map((m, i) => decide(m, adjusted[i]))
  return study.variants.map((_, variant) => {
    const list = presentIn(values[variant])
    const interval = list.length > 0 ? metricInterval(metric, list) : { mean: NaN, sd: NaN, low: NaN, high: NaN }
    return {
      variant,
      metric,
      n: list.length,
      mean: interval.mean,
      sd: interval.sd,
      low: interval.low,
      high: interval.high,
      pooled: pooledQuantile(study, variant, metric.id),
      contrast: variant === 0 ? null : contrasts[variant - 1],
      missing: refusals[variant].get(metric.id) ?? '',
    }
  })
}

/** By metric, variant and planned replication; NaN when the run is missing or has no finite value. Loops over runs first, so that each is read from memory once. */
export function valuesOf(
  study: Study,
  metrics: readonly { readonly id: string }[],
  read: (run: StudyRun) => Readonly<Record<string, number | null | undefined>> | undefined,
): number[][][] {
  const planned = plannedReplications(study)
  const values = metrics.map(() => study.variants.map(() => new Array<number>(planned).fill(NaN)))
  study.variants.forEach((_, variant) => {
    for (const run of runsOf(study, variant)) {
      const found = read(run)
      metrics.forEach(({ id }, metric) => {
        const value = found?.[id]
        if (typeof value === 'number' && Number.isFinite(value)) values[metric][variant][run.replication] = value
      })
    }
  })
  return values
}

/** Why a metric has no value in some runs of a variant, by metric. */
type Refusals = ReadonlyMap<string, string>

function refusalsOf(study: Study, variant: number): Refusals {
  const runs = runsOf(study, variant)
  const found = new Map<string, { readonly reason: string; runs: number }>()
  for (const { result } of runs) {
    for (const [metric, reason] of Object.entries(result.refused)) {
      const known = found.get(metric)
      if (reason === undefined) continue
      if (known === undefined) found.set(metric, { reason, runs: 1 })
      else known.runs++
    }
  }
  return new Map(
    [...found].map(([metric, { reason, runs: count }]) => [
      metric,
      count === runs.length ? reason : `refused in ${count} of ${runs.length} runs: ${reason}`,
    ]),
  )
}
