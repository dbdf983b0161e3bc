/** The metrics of a run while they are collected. */
import type { Histogram } from '../measure/histogram.ts'
import type { MetricId } from './standard.ts'

/** A quantile is refused below this many expected exceedances. */
const EXCEEDANCES = 100

/** A number or null by metric, and why one is null although it applies. */
export interface Sheet<Id extends string = MetricId> {
  readonly metrics: Partial<Record<Id, number | null>>
  readonly refused: Partial<Record<Id, string>>
}

/** Not a number means that there was nothing to measure. */
export function put<Id extends string>({ metrics }: Sheet<Id>, id: NoInfer<Id>, value: number): void {
  metrics[id] = Number.isFinite(value) ? value : null
}

/** A quantile of a histogram in `unit` µs, refused when the run is too short for it. */
export function putQuantile<Id extends string>(sheet: Sheet<Id>, id: NoInfer<Id>, histogram: Histogram, q: number, unit: number): void {
  const found = quantileIn(histogram, q, unit)
  sheet.metrics[id] = typeof found === 'number' ? found : null
  if (typeof found === 'string' && found !== '') sheet.refused[id] = found
}

/** A latency quantile in milliseconds, or why there is none: '' without requests. */
export const latencyQuantile = (latency: Histogram, q: number): number | string => quantileIn(latency, q, 1000)

function quantileIn(histogram: Histogram, q: number, unit: number): number | string {
  const needed = Math.round(EXCEEDANCES / (1 - q))
  if (histogram.count >= needed) return histogram.quantile(q) / unit
  return histogram.count === 0 ? '' : `needs ${needed} observations for ${EXCEEDANCES} beyond the quantile, the run had ${histogram.count}`
}
