/** Quantiles of the latency that the file asks for, computed from the histograms of a result: they are no part of a run, so that asking for one repeats none. */
import { askedQuantile, Histogram, latencyQuantile, type RunResult, type SparseHistogram } from '../../sim/index.ts'

interface Metrics {
  readonly metrics: Readonly<Record<string, number | null | undefined>>
  readonly refused: Readonly<Record<string, string | undefined>>
  readonly latency: SparseHistogram
}

/** The result with these quantiles beside its metrics, of the whole run and of each service and call. */
export function withQuantiles(result: RunResult, ids: readonly string[]): RunResult {
  if (ids.length === 0) return result
  const { scopes } = result
  return { ...extended(result, ids), ...(scopes === undefined ? {} : { scopes: scopes.map((scope) => extended(scope, ids)) }) }
}

function extended<Result extends Metrics>(result: Result, ids: readonly string[]): Result {
  const metrics: Record<string, number | null | undefined> = { ...result.metrics }
  const refused: Record<string, string | undefined> = { ...result.refused }
  const latency = Histogram.fromSparse(result.latency)
  for (const id of ids) {
    const found = latencyQuantile(latency, askedQuantile(id))
    metrics[id] = typeof found === 'number' ? found : null
    if (typeof found === 'string' && found !== '') refused[id] = found
  }
  return { ...result, metrics, refused }
}
