/** The main metrics, one panel each: the mean over replications as a dot, its 95 % interval as a bar, the baseline's mean as a dashed line. */
import type { MetricDefinition } from '../../sim/index.ts'
import { formatInterval, withUnit } from '../format.ts'
import { plannedReplications } from '../study.ts'
import { mainMetrics } from '../summary/main-metrics.ts'
import type { Summary } from '../summary/summary.ts'
import {
  columnsFor,
  looksOf,
  tooltipText,
  panelTitle,
  PLAIN_LABELS,
  roomy,
  rounded,
  ticksFor,
  tooltipNumber,
  USUAL,
  widestOf,
} from './theme.ts'
import type { Chart, ChartSpec, How, Json, Looks } from './theme.ts'

const MAX_PANELS = 8

/** The chart `metrics`. */
export function metricsChart(summary: Summary): Chart[] {
  // A metric that is zero in every variant has nothing to show; the table has it.
  const isSeen = (metric: MetricDefinition): boolean =>
    metric.id === summary.study.primary || summary.study.variants.some((_, variant) => Math.abs(summary.row(variant, metric.id).mean) > 0)
  const metrics = mainMetrics(summary, Infinity).filter(isSeen).slice(0, MAX_PANELS)
  if (metrics.length === 0) return []
  const { names } = looksOf(summary.study)
  const data = Object.fromEntries(
    metrics.flatMap((metric) => [
      [metric.id, rowsOf(summary, metric, names)],
      [`${metric.id}-baseline`, baselineOf(summary, metric)],
    ]),
  )
  const n = plannedReplications(summary.study)
  const missing = metrics.some((metric) => names.some((_, variant) => summary.row(variant, metric.id).n < n))
  const dashed = names.length > 1 ? '; dashed: baseline' : ''
  return [
    {
      name: 'metrics',
      title: 'Metrics by variant',
      subtitle: [
        n === 1
          ? `one replication: no intervals${dashed}`
          : `mean and 95 % interval over ${missing ? 'up to ' : ''}${n} replications${dashed}`,
      ],
      usual: USUAL,
      switches: ['x'],
      time: 0,
      maxVariants: Infinity,
      fewVariants: 0,
      data,
      draw: (how) => drawn(summary, metrics, data, how),
    },
  ]
}

type Data = Chart['data']

function drawn(summary: Summary, metrics: readonly MetricDefinition[], data: Data, how: How): ChartSpec {
  const looks = looksOf(summary.study, how)
  const columns = Math.min(columnsFor(how), metrics.length)
  // Names are beside the panels when both fit, else in a legend.
  const beside = columns === 1 && metrics.length > 1 ? 0 : widestOf(looks.names, 11)
  const width = beside === 0 ? how.width : Math.round(Math.max(230, (how.width + 60 - beside) / columns))
  const concat = metrics.map((metric, i) =>
    panel(summary, metric, data, { looks, width, beside: beside > 0, names: beside > 0 && i % columns === 0, log: how.log.x }),
  )
  return { columns, concat }
}

function rowsOf(summary: Summary, metric: MetricDefinition, names: readonly string[]): ChartSpec[] {
  return names.flatMap((variant, i): ChartSpec[] => {
    const row = summary.row(i, metric.id)
    if (row.n === 0) return []
    const alone = Number.isNaN(row.low)
    const half = alone ? 'none' : formatInterval(row, '±')
    return [
      {
        variant,
        mean: rounded(row.mean),
        low: rounded(alone ? row.mean : row.low),
        high: rounded(alone ? row.mean : row.high),
        n: row.n,
        interval: half,
      },
    ]
  })
}

/** The baseline's mean. Without the key `variant`, so that it stays when variants are hidden. */
function baselineOf(summary: Summary, metric: MetricDefinition): ChartSpec[] {
  const base = summary.row(0, metric.id)
  return base.n > 0 && summary.study.variants.length > 1 ? [{ mean: rounded(base.mean) }] : []
}

interface PanelLook {
  readonly looks: Looks
  readonly width: number
  /** Names are beside the chart, in this panel (`names`) or the one to its left. */
  readonly beside: boolean
  readonly names: boolean
  readonly log: boolean
}

function panel(summary: Summary, metric: MetricDefinition, data: Data, { looks, width, beside, names, log }: PanelLook): ChartSpec {
  const rows = data[metric.id]
  // A panel with values that are not positive keeps its linear axis.
  const logarithmic = log && rows.every((row) => (row.low as number) > 0)
  const remarks = [
    ...(metric.id === summary.study.primary ? ['primary'] : []),
    ...(metric.better === 'neither' ? [] : [`${metric.better} is better`]),
    ...(logarithmic ? ['logarithmic'] : []),
  ]
  const y: ChartSpec = {
    field: 'variant',
    type: 'nominal',
    sort: null,
    title: null,
    scale: { domain: looks.names },
    axis: {
      grid: true,
      gridDash: [1, 3],
      ...(names ? { labelLimit: 400, labelColor: '#1f2328', labelOverlap: false } : { labels: false }),
    },
  }
  const scale: ChartSpec = logarithmic
    ? { type: 'log', nice: false, domain: ratioAround(rows) }
    : { domain: domainOf(rows), nice: false, zero: false }
  const x = (field: string): ChartSpec => ({
    field,
    type: 'quantitative',
    title: null,
    scale,
    axis: { tickCount: 5, labelExpr: PLAIN_LABELS, ...ticksFor(metric.unit) },
  })
  const colour: ChartSpec = beside ? { ...looks.colour, legend: null } : looks.colour
  const shape: ChartSpec = beside ? { ...looks.shape, legend: null } : looks.shape
  const tooltip = [
    tooltipText('variant'),
    tooltipText('interval', withUnit(metric.label, metric.unit)),
    tooltipNumber('low', '95 % from'),
    tooltipNumber('high', 'to'),
    tooltipNumber('n', 'replications'),
  ]
  const layers: Json[] = [
    { mark: { type: 'rule', strokeWidth: 2.5 }, encoding: { x: x('low'), x2: { field: 'high' }, y, color: colour } },
    { mark: { type: 'point', filled: true, size: 75, opacity: 1 }, encoding: { x: x('mean'), y, color: colour, shape, tooltip } },
  ]
  if (data[`${metric.id}-baseline`].length > 0) {
    layers.unshift({
      data: { name: `${metric.id}-baseline` },
      mark: { type: 'rule', strokeDash: [4, 3], strokeWidth: 1, color: '#8b949e' },
      encoding: { x: x('mean') },
    })
  }
  return {
    title: panelTitle(`${withUnit(metric.label, metric.unit)}${remarks.length > 0 ? ` (${remarks.join(', ')})` : ''}`),
    width,
    height: { step: 24 },
    data: { name: metric.id },
    layer: layers,
  }
}

/** A logarithmic domain with padding of equal ratio at both ends, so that its width is never zero. */
function ratioAround(rows: readonly ChartSpec[]): Json {
  return [
    rounded(Math.min(...rows.map((row) => row.low as number)) / 1.1),
    rounded(Math.max(...rows.map((row) => row.high as number)) * 1.1),
  ]
}

/** A domain around all intervals, with padding, never of zero width. A dot at zero stays whole: the axis begins a little before it. */
function domainOf(rows: readonly ChartSpec[]): Json {
  const low = Math.min(...rows.map((row) => row.low as number))
  const high = Math.max(...rows.map((row) => row.high as number))
  const padding = Math.max(0.06 * (high - low), 0.02 * Math.max(Math.abs(low), Math.abs(high)))
  if (padding === 0) return roomy(0, 1)
  return low >= 0 && low < padding ? roomy(0, high + padding) : [rounded(low - padding), rounded(high + padding)]
}
