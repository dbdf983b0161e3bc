/**
 * Latencies of all replications together. Their quantile differs from the mean of per-run quantiles: the pooled quantile describes a
 * request drawn from all runs, with the full weight of slow runs, and has no interval; the mean of quantiles describes an average run, and
 * its interval says how much runs differ.
 */
import { askedQuantile, entryOf, Histogram } from '../../sim/index.ts'
import type { SparseHistogram } from '../../sim/index.ts'
import { censoredQuantile } from '../statistics/kaplan-meier.ts'
import { runsOf } from '../study.ts'
import type { Study } from '../study.ts'

/** A quantile is refused below this count of expected exceedances, as in single runs. */
const EXCEEDANCES = 100
const POOLED: ReadonlyMap<string, number> = new Map([
  ['latency-p50', 0.5],
  ['latency-p99', 0.99],
  ['latency-p999', 0.999],
])
const MICROSECONDS = 1000

/** Shared by all variants without requests: a study read back from runs.csv may have thousands. */
const EMPTY = new Histogram()

const known = new WeakMap<Study, Map<string, Histogram>>()

/** The merged latency histogram of a variant [µs], of all services or of one. Cached per study, variant and service: do not modify it. */
export function pooledLatency(study: Study, variant: number, service?: string): Histogram {
  let histograms = known.get(study)
  if (histograms === undefined) known.set(study, (histograms = new Map<string, Histogram>()))
  const key = service === undefined ? String(variant) : `${variant}/${service}`
  const before = histograms.get(key)
  if (before !== undefined) return before
  const found = runsOf(study, variant).map(({ result }): SparseHistogram | undefined =>
    service === undefined ? result.latency : entryOf(result.latencyByService, service),
  )
  const filled = found.filter((sparse) => sparse !== undefined && sparse.buckets.length > 0) as SparseHistogram[]
  const pooled = filled.length === 0 ? EMPTY : new Histogram()
  for (const sparse of filled) pooled.merge(Histogram.fromSparse(sparse))
  histograms.set(key, pooled)
  return pooled
}

/** The pooled quantile [ms]; NaN when `metric` is not a latency quantile or all runs together have too few requests. */
export function pooledQuantile(study: Study, variant: number, metric: string): number {
  const q = POOLED.get(metric) ?? askedQuantile(metric)
  if (Number.isNaN(q)) return NaN
  const latency = pooledLatency(study, variant)
  return latency.count >= Math.round(EXCEEDANCES / (1 - q)) ? latency.quantile(q) / MICROSECONDS : NaN
}

/** A pooled quantile with the requests under way at the horizon as censored values, in [ms]. */
export interface CensoredQuantile {
  /** Of the finished requests alone. */
  readonly plain: number
  /** With the others; Infinity when their times are above all others. */
  readonly corrected: number
}

/** What censoring does to a pooled latency quantile; undefined when `metric` is none, or has too few requests, or no request was under way. */
export function censoredLatency(study: Study, variant: number, metric: string): CensoredQuantile | undefined {
  const plain = pooledQuantile(study, variant, metric)
  const cut = runsOf(study, variant).flatMap(({ result }) => (result.underWay === undefined ? [] : [result.underWay]))
  if (Number.isNaN(plain) || cut.length === 0) return undefined
  const bounds = new Histogram()
  for (const sparse of cut) bounds.merge(Histogram.fromSparse(sparse))
  const q = POOLED.get(metric) ?? askedQuantile(metric)
  return { plain, corrected: censoredQuantile(pooledLatency(study, variant).toSparse(), bounds.toSparse(), q) / MICROSECONDS }
}
