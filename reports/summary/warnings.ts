/** What a reader must know before believing a number: values that are lower bounds, series that had not settled, means that rest on few requests. */
import type { MetricDefinition, SparseHistogram } from '../../sim/index.ts'
import { formatFixed, formatNumber, plainText } from '../format.ts'
import { pooledLatency } from './pooled.ts'
import { driftsBeyond } from '../statistics/drift.ts'
import { isHeavy, tailOf } from '../statistics/heavy-tail.ts'
import type { Tail } from '../statistics/heavy-tail.ts'
import { plannedReplications, runsOf } from '../study.ts'
import type { Study } from '../study.ts'

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
  {
    count: 'pending-censored',
    metrics: ['pending-p50', 'pending-p99'],
    what: 'pods were still unbound at the horizon and count with the time until then, so the true values can only be higher',
  },
  {
    count: 'ready-censored',
    metrics: ['time-to-ready-p99'],
    what: 'pods of services were not ready at the horizon and count with the time until then, so the true values can only be higher',
  },
  {
    count: 'jobs-unfinished',
    metrics: ['job-completion-p50', 'job-completion-p99', 'job-completion-mean'],
    what: 'jobs were unfinished at the horizon and count with the time until then, so the true values can only be higher',
  },
  {
    count: 'unfinished',
    metrics: ['latency-p50', 'latency-p99', 'latency-p999', 'latency-mean'],
    what: 'requests were unfinished at the horizon and have no latency, so slow ones may be missing',
  },
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
      const share = count === 'pending-censored' && all > 0 ? ` of ${formatFixed(all, 0)}` : ''
      return `${told.join(', ')}: ${formatFixed(censored, 0)}${share} ${what} (all ${runs.length} runs together)`
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

/** Levels that settle when the cluster does. */
const SETTLING = ['misses', 'utilization', 'ready', 'nodes', 'pending', 'allocation', 'usage']
/** Comes from outside: it does not settle, but what does not settle may follow it. */
const OUTSIDE = 'demand'
/** Part of a variant's runs above which drift of a column is told. */
const NOTABLE_RUNS = 0.5

/** One warning for all: the same cluster and traffic usually settle, or not, in every variant. */
function drift(study: Study): Warning[] {
  const { warmup } = study
  if (warmup === undefined) return []
  const found = study.variants.map((_, variant) => [...SETTLING, OUTSIDE].map((column) => driftingRuns(study, variant, column, warmup)))
  const notable = ({ of, runs }: Drifting): boolean => runs > 0 && of / runs > NOTABLE_RUNS
  const variants = found.flatMap((columns, variant) => (columns.some((one) => one.column !== OUTSIDE && notable(one)) ? [variant] : []))
  if (variants.length === 0) return []
  const told = [...SETTLING, OUTSIDE].flatMap((column, i) => {
    const theirs = variants.map((variant) => found[variant][i])
    if (!theirs.some(notable)) return []
    return [
      {
        column,
        words: `${column} in ${theirs.reduce((sum, { of }) => sum + of, 0)} of ${theirs.reduce((sum, { runs }) => sum + runs, 0)} runs`,
      },
    ]
  })
  const words = told
    .filter(({ column }) => column !== OUTSIDE)
    .map((one) => one.words)
    .join(', ')
  const outside = told
    .filter(({ column }) => column === OUTSIDE)
    .map((one) => `; so does ${one.words}, which is the traffic itself and no matter of warm-up`)
    .join('')
  return [
    {
      kind: 'drift',
      variants,
      text: `${named(study, variants)}MSER-5 would cut more than the warm-up of ${formatNumber(warmup)} s: ${words}${outside}. Nothing was cut; a longer warm-up tells whether it matters`,
    },
  ]
}

interface Drifting {
  readonly column: string
  /** Runs that drift, of those that can be judged. */
  readonly of: number
  readonly runs: number
}

function driftingRuns(study: Study, variant: number, column: string, warmup: number): Drifting {
  const found = runsOf(study, variant)
    .map(({ result }) => driftsBeyond(result.series, column, warmup))
    .filter((one) => one !== undefined)
  return { column, of: found.filter((one) => one).length, runs: found.length }
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
  return `${whose} has a heavy tail: the slowest 0.1 % of ${formatFixed(count, 0)} requests carry ${formatNumber(100 * carried, 2)} % of the sum (the cap is the largest, ${formatNumber(largest / 1e6)} s; tail index ${formatNumber(index, 2)}). Means rest on few requests, and their intervals are too narrow: read quantiles`
}
