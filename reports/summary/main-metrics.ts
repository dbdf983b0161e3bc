/** The few metrics that a reader sees first. */
import type { MetricDefinition, MetricId } from '../../sim/index.ts'
import type { Summary } from './summary.ts'

/** Ids in order of importance; the primary metric precedes them all. */
const MAIN: readonly MetricId[] = [
  'slo-misses',
  'cost',
  'latency-p99',
  'latency-p50',
  'goodput',
  'nodes-mean',
  'allocation-cpu',
  'pending-p99',
  'interference',
  'packing-gap',
  'usage-cpu',
  'stranded-cpu',
  'time-to-ready-p99',
  'recovery',
  'latency-mean',
  'in-flight-imbalance',
  'requests-per-pod',
]

/** The first `max` metrics with a value, the primary first: those that get a panel in a chart or a column in a table. */
export function mainMetrics(summary: Summary, max: number): MetricDefinition[] {
  // Without prices every cost is 0.
  const unpriced = summary.study.variants.every((_, variant) => summary.row(variant, 'cost').mean === 0)
  const rank = (metric: MetricDefinition): number => {
    if (metric.id === summary.study.primary) return -1
    if (metric.id === 'cost' && unpriced) return MAIN.length + 1
    const place = MAIN.indexOf(metric.id)
    return place < 0 ? MAIN.length : place
  }
  return [...summary.present].sort((a, b) => rank(a) - rank(b)).slice(0, max)
}
