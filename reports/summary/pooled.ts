/**
 * All replications' requests taken together. A quantile of them is another thing than the mean of per-run quantiles: the pooled one is
 * what a user drawn from all runs sees, slow runs with their full weight, and has no interval; the mean of quantiles is what a run shows
 * on average, and its interval says how much runs differ.
 */
import { Histogram } from '../../sim/index.ts'
import type { SparseHistogram } from '../../sim/index.ts'
import { runsOf } from '../study.ts'
import type { Study } from '../study.ts'

/** A quantile is refused below this many expected exceedances, as in single runs. */
const EXCEEDANCES = 100
const POOLED: ReadonlyMap<string, number> = new Map([
  ['latency-p50', 0.5],
  ['latency-p99', 0.99],
  ['latency-p999', 0.999],
])
const MICROSECONDS = 1000

/** One for all: a study that was read back from runs.csv has thousands of variants and no requests. */
const NOTHING = new Histogram()

const known = new WeakMap<Study, Map<string, Histogram>>()

/** Counts of all replications of a variant, bucket by bucket. Merged once per study, variant and service: not to be written to. */
export function pooledLatency(study: Study, variant: number, service?: string): Histogram {
  let histograms = known.get(study)
  if (histograms === undefined) known.set(study, (histograms = new Map<string, Histogram>()))
  const key = service === undefined ? String(variant) : `${variant}/${service}`
  const before = histograms.get(key)
  if (before !== undefined) return before
  const found = runsOf(study, variant).map(({ result }): SparseHistogram | undefined =>
    service === undefined ? result.latency : ownOf(result.latencyByService, service),
  )
  const filled = found.filter((sparse) => sparse !== undefined && sparse.buckets.length > 0) as SparseHistogram[]
  const pooled = filled.length === 0 ? NOTHING : new Histogram()
  for (const sparse of filled) pooled.merge(Histogram.fromSparse(sparse))
  histograms.set(key, pooled)
  return pooled
}

/** Services may have any name, `constructor` too. */
const ownOf = <T>(map: Readonly<Record<string, T>>, key: string): T | undefined => (Object.hasOwn(map, key) ? map[key] : undefined)

/** In ms; NaN for a metric that is no quantile of latency, and where all requests together are too few (fewer than in any run that has one). */
export function pooledQuantile(study: Study, variant: number, metric: string): number {
  const q = POOLED.get(metric)
  if (q === undefined) return NaN
  const latency = pooledLatency(study, variant)
  return latency.count >= Math.round(EXCEEDANCES / (1 - q)) ? latency.quantile(q) / MICROSECONDS : NaN
}
