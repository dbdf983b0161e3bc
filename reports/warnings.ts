/** What a reader must know before believing a number: values that are lower bounds, series that had not settled, means that rest on few requests. */
import type { MetricDefinition } from '../sim/metrics/standard.ts'
import type { SparseHistogram } from '../sim/results.ts'
import { formatNumber, plainText } from './format.ts'
import { pooledLatency } from './pooled.ts'
import { driftsBeyond } from './statistics/drift.ts'
import { isHeavy, tailOf } from './statistics/heavy-tail.ts'
import type { Tail } from './statistics/heavy-tail.ts'
import { plannedReplications, runsOf } from './study.ts'
import type { Study } from './study.ts'

/** A line each, in the order of importance. */
export interface Warning {
  readonly kind: 'runs' | 'censoring' | 'drift' | 'heavy-tail'
  /** Rows of `Study.variants` that it concerns. */
  readonly variants: readonly number[]
  readonly text: string
}

export function warningsOf(study: Study, present: readonly MetricDefinition[]): Warning[] {
  return [...missingRuns(study), ...censoring(study, present), ...drift(study), ...heavyTails(study)]
}

/** Equal words about several variants are one warning. */
function gathered(kind: Warning['kind'], study: Study, textOf: (variant: number) => string): Warning[] {
  const found = new Map<string, number[]>()
  study.variants.forEach((_, variant) => {
    const text = textOf(variant)
    if (text !== '') found.set(text, [...(found.get(text) ?? []), variant])
  })
  return [...found].map(([text, variants]) => ({ kind, variants, text: `${named(study, variants)}${text}` }))
}

/** "best-fit, first-fit: ", or nothing when all are meant. */
function named(study: Study, variants: readonly number[]): string {
  if (variants.length === study.variants.length) return ''
  const names = variants.slice(0, 4).map((variant) => plainText(study.variants[variant].short))
  return `${names.join(', ')}${variants.length > 4 ? ` and ${variants.length - 4} more` : ''}: `
}

function missingRuns(study: Study): Warning[] {
  const planned = plannedReplications(study)
  return gathered('runs', study, (variant) => {
    const made = runsOf(study, variant).length
    return made < planned ? `${planned - made} of ${planned} runs are missing, intervals rest on the rest` : ''
  })
}

/** What is counted as censored, and the metrics whose values are lower bounds by it. */
const CENSORED = [
  { count: 'pending-censored', metrics: ['pending-p50', 'pending-p99'], what: 'pods were still unbound at the horizon and count with the time until then' },
  { count: 'ready-censored', metrics: ['time-to-ready-p99'], what: 'pods of services were not ready at the horizon and count with the time until then' },
  { count: 'jobs-unfinished', metrics: ['job-completion-p50', 'job-completion-p99', 'job-completion-mean'], what: 'jobs were unfinished at the horizon and count with the time until then' },
  { count: 'unfinished', metrics: ['latency-p50', 'latency-p99', 'latency-p999', 'latency-mean'], what: 'requests were unfinished at the horizon and have no latency' },
] as const

/** Of latencies the few requests in flight at the horizon are no news: from this share of all on they are. */
const NOTABLE_REQUESTS = 0.001

function censoring(study: Study, present: readonly MetricDefinition[]): Warning[] {
  return CENSORED.flatMap(({ count, metrics, what }) => {
    const told = present.filter(({ id }) => (metrics as readonly string[]).includes(id)).map(({ label }) => label)
    if (told.length === 0) return []
    return gathered('censoring', study, (variant) => {
      const runs = runsOf(study, variant)
      const censored = runs.reduce((sum, { result }) => sum + (result.metrics[count] ?? 0), 0)
      if (censored === 0) return ''
      const all = totalOf(study, variant, count)
      if (count === 'unfinished' && censored < NOTABLE_REQUESTS * (all + censored)) return ''
      const share = count === 'pending-censored' && all > 0 ? ` of ${formatNumber(all, 6)}` : ''
      return `${told.join(', ')}: ${formatNumber(censored, 6)}${share} ${what} (all ${runs.length} runs together), so the true values are higher`
    })
  })
}

/** How many observations there are, where a histogram tells; 0 else. */
function totalOf(study: Study, variant: number, count: string): number {
  if (count === 'unfinished') return pooledLatency(study, variant).count
  if (count !== 'pending-censored') return 0
  return runsOf(study, variant).reduce((sum, { result }) => sum + (result.pending === undefined ? 0 : countOf(result.pending)), 0)
}

const countOf = ({ counts }: SparseHistogram): number => counts.reduce((sum, one) => sum + one, 0)

/** Levels that settle when the cluster does. Demand is not among them: it comes from outside, and is named when it drifts too. */
const SETTLING = ['misses', 'utilization', 'ready', 'nodes', 'pending', 'allocation', 'usage']
/** Part of a variant's runs from which drift is told. */
const NOTABLE_RUNS = 0.5

function drift(study: Study): Warning[] {
  const { warmup } = study
  if (warmup === undefined) return []
  return gathered('drift', study, (variant) => {
    const drifting = SETTLING.map((column) => ({ column, ...driftingRuns(study, variant, column, warmup) })).filter(({ share }) => share > NOTABLE_RUNS)
    if (drifting.length === 0) return ''
    const words = drifting.map(({ column, of, runs }) => `${column} in ${of} of ${runs} runs`).join(', ')
    const outside = driftingRuns(study, variant, 'demand', warmup).share > NOTABLE_RUNS ? '; so does the demand, which is the traffic itself and no matter of warm-up' : ''
    return `MSER-5 would cut more than the warm-up of ${formatNumber(warmup)} s: ${words}${outside}. Nothing was cut; a longer warm-up tells whether it matters`
  })
}

function driftingRuns(study: Study, variant: number, column: string, warmup: number): { of: number; runs: number; share: number } {
  const found = runsOf(study, variant).map(({ result }) => driftsBeyond(result.series, column, warmup)).filter((one) => one !== undefined)
  const of = found.filter((one) => one).length
  return { of, runs: found.length, share: found.length === 0 ? 0 : of / found.length }
}

function heavyTails(study: Study): Warning[] {
  const services = [...new Set(study.runs.flatMap(({ result }) => Object.keys(result.latencyByService)))]
  const groups: readonly (string | undefined)[] = services.length > 1 ? [undefined, ...services] : [undefined]
  return groups.flatMap((service) =>
    gathered('heavy-tail', study, (variant) => {
      const tail = tailOf(pooledLatency(study, variant, service).toSparse())
      return tail !== null && isHeavy(tail) ? tailText(tail, service) : ''
    }),
  )
}

function tailText({ carried, largest, index, count }: Tail, service: string | undefined): string {
  const whose = service === undefined ? 'latency' : `latency of ${plainText(service)}`
  return `${whose} has a heavy tail: the slowest 0.1 % of ${formatNumber(count, 6)} requests carry ${formatNumber(100 * carried, 2)} % of the sum (the cap is the largest, ${formatNumber(largest / 1e6)} s; tail index ${formatNumber(index, 2)}). Means rest on few requests, and their intervals are too narrow: read quantiles`
}
