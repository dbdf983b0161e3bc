/** The main metrics, a panel each: mean over replications as a dot, its 95 % interval as a bar, the baseline's mean as a dashed line. */
import type { MetricDefinition } from '../../sim/metrics/standard.ts'
import { withUnit } from '../format.ts'
import { plannedReplications } from '../study.ts'
import type { Summary } from '../summary.ts'
import { heading, looksOf, panelTitle, rounded, topLevel, widestOf, WIDTH } from './theme.ts'
import type { Chart, ChartSpec, Json, Looks } from './theme.ts'

const MOST_PANELS = 8

/** What a comparison is about first; the primary metric goes before all. */
const MAIN = [
  'slo-misses', 'cost', 'latency-p99', 'latency-p50', 'goodput', 'nodes-mean', 'allocation-cpu', 'pending-p99', 'interference', 'packing-gap',
  'usage-cpu', 'stranded-cpu', 'time-to-ready-p99', 'recovery', 'latency-mean', 'imbalance',
]

/** The metrics with values that are worth a picture or a column, the primary first. */
export function mainMetrics(summary: Summary, most: number): MetricDefinition[] {
  const rank = (metric: MetricDefinition): number => {
    if (metric.id === summary.study.primary) return -1
    const place = MAIN.indexOf(metric.id)
    return place < 0 ? MAIN.length : place
  }
  return [...summary.present].sort((a, b) => rank(a) - rank(b)).slice(0, most)
}

export function metricsChart(summary: Summary): Chart[] {
  const metrics = mainMetrics(summary, MOST_PANELS)
  if (metrics.length === 0) return []
  const looks = looksOf(summary.study)
  const columns = Math.min(2, metrics.length)
  const beside = widestOf(looks.names, 11)
  const width = Math.round(Math.max(230, (WIDTH + 60 - beside) / columns))
  const panels = metrics.map((metric, i) => panel(summary, metric, looks, { width, names: i % columns === 0 }))
  const n = plannedReplications(summary.study)
  const missing = metrics.some((metric) => looks.names.some((_, variant) => summary.row(variant, metric.id).n < n))
  const dashed = looks.names.length > 1 ? '; dashed: baseline' : ''
  const subtitle = [n === 1 ? `one replication: no intervals${dashed}` : `mean and 95 % interval over ${missing ? 'up to ' : ''}${n} replications${dashed}`]
  const title = 'Metrics by variant'
  return [{ name: 'metrics', title, spec: topLevel(heading(title, subtitle), `${title}: ${subtitle[0]}`, { columns, concat: panels }) }]
}

function panel(summary: Summary, metric: MetricDefinition, looks: Looks, { width, names }: { width: number; names: boolean }): ChartSpec {
  const rows = looks.names.flatMap((variant, i): ChartSpec[] => {
    const row = summary.row(i, metric.id)
    if (row.n === 0) return []
    const alone = Number.isNaN(row.low)
    return [{ variant, mean: rounded(row.mean), low: rounded(alone ? row.mean : row.low), high: rounded(alone ? row.mean : row.high) }]
  })
  const remarks = [
    ...(metric.id === summary.study.primary ? ['primary'] : []),
    ...(metric.better === 'neither' ? [] : [`${metric.better} is better`]),
  ]
  const y: ChartSpec = {
    field: 'variant', type: 'nominal', sort: null, title: null,
    scale: { domain: looks.names },
    axis: names ? { labelLimit: 400, grid: true, gridDash: [1, 3], labelColor: '#1f2328' } : { labels: false, grid: true, gridDash: [1, 3] },
  }
  const scale: ChartSpec = { domain: domainOf(rows), nice: true, zero: false }
  const x = (field: string): ChartSpec => ({ field, type: 'quantitative', title: null, scale, axis: { tickCount: 5, labelExpr: "format(datum.value, ',~r')" } })
  const colour: ChartSpec = { ...looks.colour, legend: null }
  const base = summary.row(0, metric.id)
  const layers: Json[] = [
    { mark: { type: 'rule', strokeWidth: 2.5 }, encoding: { x: x('low'), x2: { field: 'high' }, y, color: colour } },
    {
      mark: { type: 'point', filled: true, size: 75, opacity: 1 },
      encoding: { x: x('mean'), y, color: colour, shape: { ...looks.shape, legend: null } },
    },
  ]
  if (base.n > 0 && looks.names.length > 1) {
    layers.unshift({
      data: { values: [{ mean: rounded(base.mean) }] },
      mark: { type: 'rule', strokeDash: [4, 3], strokeWidth: 1, color: '#8b949e' },
      encoding: { x: x('mean') },
    })
  }
  return {
    title: panelTitle(`${withUnit(metric.label, metric.unit)}${remarks.length > 0 ? ` (${remarks.join(', ')})` : ''}`),
    width,
    height: { step: 24 },
    data: { values: rows },
    layer: layers,
  }
}

/** Around all intervals, with some air, and never of no width. */
function domainOf(rows: readonly ChartSpec[]): Json {
  const low = Math.min(...rows.map((row) => row.low as number))
  const high = Math.max(...rows.map((row) => row.high as number))
  const air = Math.max(0.06 * (high - low), 0.02 * Math.max(Math.abs(low), Math.abs(high)))
  if (air === 0) return [0, 1]
  const start = low - air
  return [rounded(low >= 0 ? Math.max(0, start) : start), rounded(high + air)]
}
