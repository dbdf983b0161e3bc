/** The charts of a report: each a function from a summary to specifications; one without data gives none. */
import type { Summary } from '../summary.ts'
import { latencyCharts } from './latency.ts'
import { metricsChart } from './metrics.ts'
import type { Chart } from './theme.ts'
import { timeseriesChart } from './timeseries.ts'
import { tradeoffChart } from './tradeoff.ts'

export type { Chart, ChartSpec } from './theme.ts'

export function chartsOf(summary: Summary): Chart[] {
  return [metricsChart, tradeoffChart, latencyCharts, timeseriesChart].flatMap((charts) => charts(summary))
}
