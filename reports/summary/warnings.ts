/** Reasons to distrust a number: missing runs, values that are lower bounds, series that had not settled, means that depend on few requests. */
import { metricById, type MetricDefinition, type MetricId, type SparseHistogram } from '../../sim/index.ts'
import { formatFixed, formatNumber, plainText } from '../format.ts'
import { censoredLatency, pooledLatency } from './pooled.ts'
import { driftsBeyond } from '../statistics/drift.ts'
import { isHeavy, tailOf } from '../statistics/heavy-tail.ts'
import type { Tail } from '../statistics/heavy-tail.ts'
import { plannedReplications, runsOf } from '../study.ts'
import type { Study, StudyRun } from '../study.ts'

/** One line of the report, in order of importance. */
export interface Warning {
  readonly kind: 'runs' | 'unplaced' | 'equal' | 'censoring' | 'drift' | 'heavy-tail'
  /** Rows of `Study.variants` that it concerns. */
  readonly variants: readonly number[]
  readonly text: string
}

/** All warnings of a study. `present` are the metrics that have a value. */
export function warningsOf(study: Study, present: readonly MetricDefinition[]): Warning[] {
  return [...missingRuns(study), ...unplaced(study), ...equal(study), ...censoring(study, present), ...drift(study), ...heavyTails(study)]
}

/** Equal texts about several variants become one warning. */
function grouped(kind: Warning['kind'], study: Study, textOf: (variant: number) => string): Warning[] {
  const found = new Map<string, number[]>()
  study.variants.forEach((_, variant) => {
    const text = textOf(variant)
    if (text !== '') found.set(text, [...(found.get(text) ?? []), variant])
  })
  return [...found].map(([text, variants]) => ({ kind, variants, text: `${prefix(study, variants)}${text}` }))
}

/** "best-fit, first-fit: ", or '' when all variants are concerned. */
function prefix(study: Study, variants: readonly number[]): string {
  if (variants.length === study.variants.length) return ''
  const names = variants.slice(0, 4).map((variant) => plainText(study.variants[variant].short))
  return `${names.join(', ')}${variants.length > 4 ? ` and ${variants.length - 4} more` : ''}: `
}

function missingRuns(study: Study): Warning[] {
  const most = plannedReplications(study)
  return grouped('runs', study, (variant) => {
    const made = runsOf(study, variant).length
    const planned = study.requested?.[variant] ?? most
    return made < planned ? `${planned - made} of ${planned} runs are missing; intervals use the others` : ''
  })
}

/** Groups of metrics that a variant improves by leaving work unplaced: fewer pods contend for CPU, fewer nodes are paid for. */
const FLATTERED: readonly string[] = ['requests', 'nodes']
const MAX_NAMED = 8

/** Variants that leave different numbers of pods without a node carry different work: their latencies and costs do not compare. */
function unplaced(study: Study): Warning[] {
  const group = metricById(study.primary)?.group ?? ''
  if (study.variants.length < 2 || !FLATTERED.includes(group)) return []
  const pods = study.variants.map((_, variant) => {
    const values = runsOf(study, variant).flatMap(({ result }) => result.metrics['pending-censored'] ?? [])
    return values.reduce((sum, value) => sum + value, 0) / values.length
  })
  const known = pods.filter((mean) => !Number.isNaN(mean))
  if (known.length < 2 || Math.max(...known) - Math.min(...known) < 1) return []
  const names = study.variants.slice(0, MAX_NAMED).map(({ short }, variant) => `${plainText(short)} ${formatFixed(pods[variant], 0)}`)
  const more = study.variants.length > MAX_NAMED ? ` and ${study.variants.length - MAX_NAMED} more variants` : ''
  return [
    {
      kind: 'unplaced',
      variants: study.variants.map((_, variant) => variant),
      text: `the variants leave different work without a node, which flatters those that leave more; latency and cost do not compare by themselves. Pods never bound, mean per run: ${names.join(', ')}${more}`,
    },
  ]
}

/** Variants whose primary metric has the value of the baseline in every replication: what they differ in does not reach it, which is no equivalence found by measuring. */
function equal(study: Study): Warning[] {
  const metric = metricById(study.primary)
  if (metric === undefined) return []
  const valueIn = ({ result }: StudyRun, id: MetricId): number | null => result.metrics[id] ?? null
  const baseline = new Map(runsOf(study, 0).map((run) => [run.replication, run]))
  return grouped('equal', study, (variant) => {
    if (variant === 0) return ''
    const pairs = runsOf(study, variant).flatMap((run) => {
      const other = baseline.get(run.replication)
      return other === undefined || valueIn(run, metric.id) === null ? [] : [[run, other] as const]
    })
    if (pairs.length === 0 || pairs.some(([run, other]) => valueIn(run, metric.id) !== valueIn(other, metric.id))) return ''
    const idle = pairs.every(([run]) => valueIn(run, 'queueing-share') === 0 && valueIn(run, 'interference') === 0)
    const why =
      idle && metric.group === 'requests' ? '. No request was queued and no pod lacked CPU: raise the load, or give the pods a limit' : ''
    return `${metric.label} is that of the baseline in every replication, so what differs has no effect on it here${why}`
  })
}

/** Metrics that count censored values, and the metrics whose values are lower bounds because of them. */
const CENSORED = [
  {
    count: 'pending-censored',
    metrics: ['pending-p50', 'pending-p99'],
    what: 'pods were still unbound at the horizon and count with the time until then, so the values are lower bounds',
  },
  {
    count: 'ready-censored',
    metrics: ['time-to-ready-p99'],
    what: 'pods of services were not ready at the horizon and count with the time until then, so the values are lower bounds',
  },
  {
    count: 'jobs-unfinished',
    metrics: ['job-completion-p50', 'job-completion-p99', 'job-completion-mean'],
    what: 'jobs were unfinished at the horizon and count with the time until then, so the values are lower bounds',
  },
  {
    count: 'unfinished',
    metrics: ['latency-p50', 'latency-p99', 'latency-p999', 'latency-mean'],
    what: 'requests were unfinished at the horizon and have no latency, so the slowest may be missing',
  },
] as const satisfies readonly { count: MetricId; metrics: readonly MetricId[]; what: string }[]

/** A few requests are always in flight at the horizon: latencies get a warning from this share of all requests. */
const NOTABLE_REQUESTS = 0.001

function censoring(study: Study, present: readonly MetricDefinition[]): Warning[] {
  return CENSORED.flatMap(({ count, metrics, what }) => {
    const affected = present.filter(({ id }) => (metrics as readonly string[]).includes(id)).map(({ label }) => label)
    if (affected.length === 0) return []
    return grouped('censoring', study, (variant) => {
      const runs = runsOf(study, variant)
      const censored = runs.reduce((sum, { result }) => sum + (result.metrics[count] ?? 0), 0)
      if (censored === 0) return ''
      const all = totalOf(study, variant, count)
      if (count === 'unfinished' && censored < NOTABLE_REQUESTS * (all + censored)) return ''
      const share = count === 'pending-censored' && all >= censored ? ` of ${formatFixed(all, 0)}` : ''
      const corrected = count === 'unfinished' ? correctedText(study, variant, metrics, present) : ''
      return `${affected.join(', ')}: ${formatFixed(censored, 0)}${share} ${what} (${runs.length === 1 ? 'one run' : `total of ${runs.length} runs`})${corrected}`
    })
  })
}

/** A difference between quantiles that a reader should know of. */
const NOTABLE_CHANGE = 0.01

/** The quantiles that change notably when unfinished requests count as censored values. */
function correctedText(study: Study, variant: number, metrics: readonly string[], present: readonly MetricDefinition[]): string {
  const changes = present.flatMap(({ id, label }) => {
    const found = metrics.includes(id) ? censoredLatency(study, variant, id) : undefined
    if (found === undefined || found.corrected < found.plain * (1 + NOTABLE_CHANGE)) return []
    const value = found.corrected === Infinity ? 'above all that are known' : `${formatNumber(found.corrected)} ms`
    return [`${label} ${value} instead of ${formatNumber(found.plain)} ms`]
  })
  if (changes.length === 0) return ''
  return `; as censored values (Kaplan and Meier 1958) they make, of all requests together, ${changes.join(', ')}`
}

/** Count of all observations, from a histogram; 0 when none has it. */
function totalOf(study: Study, variant: number, count: string): number {
  if (count === 'unfinished') return pooledLatency(study, variant).count
  if (count !== 'pending-censored') return 0
  return runsOf(study, variant).reduce((sum, { result }) => sum + (result.pending === undefined ? 0 : countOf(result.pending)), 0)
}

const countOf = ({ counts }: SparseHistogram): number => counts.reduce((sum, one) => sum + one, 0)

/** Columns of the time series that reach a steady state with the cluster. */
const SETTLING = ['misses', 'utilization', 'ready', 'nodes', 'pending', 'allocation', 'usage']
/** An input: it need not settle, but other columns may follow it. */
const INPUT = 'demand'
/** Share of a variant's runs above which drift of a column is reported. */
const NOTABLE_RUNS = 0.5

/** One warning for all variants, since the same cluster and traffic usually settle in all or none of them. */
function drift(study: Study): Warning[] {
  const { warmup } = study
  if (warmup === undefined) return []
  const found = study.variants.map((_, variant) => [...SETTLING, INPUT].map((column) => driftingRuns(study, variant, column, warmup)))
  const notable = ({ of, runs }: Drifting): boolean => runs > 0 && of / runs > NOTABLE_RUNS
  const variants = found.flatMap((columns, variant) => (columns.some((one) => one.column !== INPUT && notable(one)) ? [variant] : []))
  if (variants.length === 0) return []
  const drifting = [...SETTLING, INPUT].flatMap((column, i) => {
    const theirs = variants.map((variant) => found[variant][i])
    if (!theirs.some(notable)) return []
    return [
      {
        column,
        words: `${column} in ${theirs.reduce((sum, { of }) => sum + of, 0)} of ${theirs.reduce((sum, { runs }) => sum + runs, 0)} runs`,
      },
    ]
  })
  const words = drifting
    .filter(({ column }) => column !== INPUT)
    .map((one) => one.words)
    .join(', ')
  const input = drifting
    .filter(({ column }) => column === INPUT)
    .map((one) => `; also ${one.words}, which is the input and no effect of the warm-up`)
    .join('')
  return [
    {
      kind: 'drift',
      variants,
      text: `${prefix(study, variants)}MSER-5 would cut more than the warm-up of ${formatNumber(warmup)} s: ${words}${input}. Nothing was cut; repeat with a longer warm-up to see whether it matters`,
    },
  ]
}

interface Drifting {
  readonly column: string
  /** Runs that drift, and runs that can be judged. */
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
    grouped('heavy-tail', study, (variant) => {
      const tail = tailOf(pooledLatency(study, variant, service).toSparse())
      return tail !== null && isHeavy(tail) ? tailText(tail, service) : ''
    }),
  )
}

function tailText({ topShare, largest, index, count }: Tail, service: string | undefined): string {
  const whose = service === undefined ? 'latency' : `latency of ${plainText(service)}`
  return `${whose} has a heavy tail: the slowest 0.1 % of ${formatFixed(count, 0)} requests contribute ${formatNumber(100 * topShare, 2)} % of the sum (largest ${formatNumber(largest / 1e6)} s, tail index ${formatNumber(index, 2)}). Means depend on few requests and their intervals are too narrow; use quantiles`
}
