/** Results by service and by call: a row per variant, scope and metric, each compared with the baseline; all of them are exploratory. */
import { metricById, SCOPE_METRICS } from '../../sim/index.ts'
import type { MetricDefinition } from '../../sim/index.ts'
import { decide, measure, presentIn } from '../statistics/contrast.ts'
import type { Contrast } from '../statistics/contrast.ts'
import { intervalOf } from '../statistics/interval.ts'
import { runsOf } from '../study.ts'
import type { Study } from '../study.ts'
import { valuesOf } from './summary.ts'

/** A service or a call of a study. */
export interface Scope {
  readonly kind: 'service' | 'call'
  readonly name: string
}

/** One variant in one metric of one service or call. */
export interface ScopeRow {
  readonly scope: Scope
  readonly variant: number
  readonly metric: MetricDefinition
  readonly n: number
  readonly mean: number
  readonly low: number
  readonly high: number
  /** Against the baseline; null for the baseline itself. */
  readonly contrast: Contrast | null
  /** Why the values of some run are missing, '' when none is. */
  readonly missing: string
}

/** The services and calls of all variants, in the order of the first run that has them. */
export function scopesOf(study: Study): readonly Scope[] {
  const found = new Map<string, Scope>()
  for (const { result } of study.runs) {
    for (const { kind, name } of result.scopes ?? []) {
      const key = `${kind} ${name}`
      if (!found.has(key)) found.set(key, { kind, name })
    }
  }
  return [...found.values()].sort((a, b) => Number(a.kind === 'call') - Number(b.kind === 'call'))
}

const known = new WeakMap<Study, readonly ScopeRow[]>()

/** All rows that have a value or a reason for having none: scope by scope, metric by metric, variant by variant. Computed once per study. */
export function scopeRows(study: Study): readonly ScopeRow[] {
  let rows = known.get(study)
  if (rows === undefined) known.set(study, (rows = computed(study)))
  return rows
}

function computed(study: Study): ScopeRow[] {
  const metrics = [
    ...SCOPE_METRICS.map((metric): MetricDefinition => ({ ...metric, group: 'requests' }) as MetricDefinition),
    ...(study.quantiles ?? []).map((id) => metricById(id)!),
  ]
  return scopesOf(study).flatMap((scope) => {
    const of = ({ result }: Study['runs'][number]) => result.scopes?.find(({ kind, name }) => kind === scope.kind && name === scope.name)
    const values = valuesOf(study, metrics, (run) => of(run)?.metrics)
    return metrics.flatMap((metric, i): ScopeRow[] =>
      study.variants
        .map((_, variant): ScopeRow => {
          const list = presentIn(values[i][variant])
          const interval = list.length > 0 ? intervalOf(list) : { mean: NaN, low: NaN, high: NaN }
          const reasons = runsOf(study, variant).flatMap((run) => {
            const refused: Readonly<Record<string, string | undefined>> = of(run)?.refused ?? {}
            const reason = refused[metric.id]
            return reason === undefined ? [] : [reason]
          })
          return {
            scope,
            variant,
            metric,
            n: list.length,
            mean: interval.mean,
            low: interval.low,
            high: interval.high,
            contrast: variant === 0 ? null : decide(measure(metric, values[i][0], values[i][variant], study.margins), null),
            missing: reasons[0] ?? '',
          }
        })
        .filter(({ n, missing }) => n > 0 || missing !== ''),
    )
  })
}
