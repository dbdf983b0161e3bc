/** Fills the metrics of language models (inference-rows.ts). Nothing is filled where no service has `inference`. */
import type { Time } from '../common/ids.ts'
import type { Engines } from '../serving/inference/engines.ts'
import { put, putQuantile, type Sheet } from './sheet.ts'

const MS = 1000

/** `now` is the horizon, `window` the length of the window [µs]. */
export function inferenceMetrics(engines: Engines | null, now: Time, window: Time, sheet: Sheet): void {
  if (engines === null) return
  const { recorder } = engines
  const { generated, area } = engines.totals(now)
  putQuantile(sheet, 'first-token-p50', recorder.firstToken, 0.5, MS)
  putQuantile(sheet, 'first-token-p95', recorder.firstToken, 0.95, MS)
  putQuantile(sheet, 'first-token-p99', recorder.firstToken, 0.99, MS)
  putQuantile(sheet, 'per-token-p50', recorder.perToken, 0.5, MS)
  putQuantile(sheet, 'per-token-p95', recorder.perToken, 0.95, MS)
  putQuantile(sheet, 'per-token-p99', recorder.perToken, 0.99, MS)
  put(sheet, 'output-tokens', ((generated - recorder.generatedBefore) * 1e6) / window)
  put(sheet, 'prefix-hits', (100 * recorder.found) / recorder.prompt)
  put(sheet, 'preemptions', recorder.preempted / recorder.admitted)
  put(sheet, 'batch-size', recorder.sequences.integral(now) / recorder.busy.integral(now))
  put(sheet, 'kv-cache-usage', (100 * (area - recorder.areaBefore)) / recorder.capacity.integral(now))
}
