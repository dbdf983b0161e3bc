/** The list of charts. Each member is a function from a summary to charts; it returns none when it has no data. */
import type { Summary } from '../summary/summary.ts'
import { interactionChart } from './interaction.ts'
import { latencyCharts } from './latency.ts'
import { metricsChart } from './metrics.ts'
import { nodesChart } from './nodes.ts'
import { packingChart } from './packing.ts'
import { pendingCharts } from './pending.ts'
import { replicasChart } from './replicas.ts'
import { rolloutChart } from './rollout.ts'
import type { Chart } from './theme.ts'
import { timeseriesChart } from './timeseries.ts'
import { tradeoffChart } from './tradeoff.ts'

export { specOf } from './theme.ts'
export type { Chart, ChartSpec } from './theme.ts'

/** In the order of the report. */
const CHARTS = [
  metricsChart,
  tradeoffChart,
  interactionChart,
  latencyCharts,
  pendingCharts,
  packingChart,
  timeseriesChart,
  replicasChart,
  rolloutChart,
  nodesChart,
]

/** Names of all charts that a report can have. */
export const chartNames: readonly string[] = [
  'metrics',
  'slo-misses-against-cost',
  'interaction',
  'latency',
  'latency-by-service',
  'pending',
  'pending-tail',
  'packing',
  'timeseries',
  'replicas',
  'rollout',
  'nodes',
]

/** All charts that have data, in the order of the report. */
export function chartsOf(summary: Summary): Chart[] {
  return CHARTS.flatMap((charts) => charts(summary))
}
