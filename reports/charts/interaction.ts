/**
 * Interaction plots, one panel per pair of axes: means of the primary metric over all combinations that share a value of both axes, with
 * intervals over replications. Parallel lines mean that the effects of the two axes add up.
 */
import type { MetricDefinition } from '../../sim/index.ts'
import { distinctNames, formatInterval, withUnit } from '../format.ts'
import { metricInterval } from '../statistics/interval.ts'
import { plannedReplications, runsOf } from '../study.ts'
import type { Study } from '../study.ts'
import type { Summary } from '../summary/summary.ts'
import { chartName, columnsFor, looksFor, tooltipText, PLAIN_LABELS, rounded, ticksFor, tooltipNumber, USUAL } from './theme.ts'
import type { Chart, ChartSpec, How, Json, Looks } from './theme.ts'

const MAX_PANELS = 6
/** Offset between neighbouring lines at a level, and its maximum from the first line to the last, as fractions of the distance of levels. */
const SPREAD = 0.05
const MAX_SPREAD = 0.4
/** Length of an axis value in a legend or below an axis. */
const NAME_LIMIT = 30

interface Pair {
  /** Rows of `Study.axes`: the horizontal axis, and the one whose values are lines. */
  readonly along: number
  readonly lines: number
}

/** The chart `interaction`; none below two axes with several values. */
export function interactionChart(summary: Summary): Chart[] {
  const { study } = summary
  const metric = summary.present.find(({ id }) => id === study.primary)
  if (metric === undefined) return []
  const all = pairsOf(study)
  const drawable = all.map((pair) => ({ pair, rows: cellMeans(study, metric, pair) })).filter(({ rows }) => isCrossed(rows))
  if (drawable.length === 0) return []
  const shown = drawable.slice(0, MAX_PANELS)
  const positive = shown.every(({ rows }) => rows.every((row) => (row.low as number) > 0))
  // Effects on ratios are differences of logarithms: parallel lines mean no interaction on a logarithmic axis only.
  const ratios = metric.comparison === 'ratio'
  const n = plannedReplications(study)
  const over = study.axes.filter(({ values }) => values.length > 1).length > 2 ? ' over the other axes' : ''
  const some = drawable.length > shown.length ? `; the first ${shown.length} of ${drawable.length} pairs of axes` : ''
  return [
    {
      name: 'interaction',
      title: `Interaction of the axes: ${metric.label}`,
      subtitle: [
        `${withUnit(metric.label, metric.unit)}, mean${over}${n === 1 ? ', one replication: no intervals' : ` and 95 % interval over ${n} replications`}${some}`,
        legendText(ratios, positive),
      ],
      usual: ratios && positive ? { ...USUAL, log: { ...USUAL.log, y: true } } : USUAL,
      switches: positive ? ['y'] : [],
      time: 0,
      maxVariants: Infinity,
      fewVariants: 0,
      data: Object.fromEntries(shown.map(({ rows }, i) => [`pair-${i + 1}`, rows])),
      draw: (how) => {
        const columns = Math.min(shown.length, columnsFor(how))
        const width = columns === 1 ? how.width : Math.round(how.width / 2 - 40)
        return {
          columns,
          resolve: { scale: { color: 'independent', shape: 'independent', strokeDash: 'independent' } },
          concat: shown.map(({ pair, rows }, i) => panel(study, metric, { pair, rows, dataset: `pair-${i + 1}` }, { ...how, width })),
        }
      },
    },
  ]
}

function legendText(ratios: boolean, positive: boolean): string {
  if (!ratios) return 'parallel lines: the effects of the two axes add up; otherwise the effect of one depends on the other'
  if (positive) return 'parallel lines on the logarithmic axis: the effects multiply; otherwise the effect of one axis depends on the other'
  return 'the effects multiply when lines rise by equal ratios, which a linear axis cannot show: see the table of effects'
}

/** The axis with more values is horizontal: more than about eight lines cannot be distinguished. */
function pairsOf(study: Study): Pair[] {
  const axes = study.axes.map(({ values }, axis) => ({ axis, levels: values.length })).filter(({ levels }) => levels > 1)
  return axes.flatMap((a, i) =>
    axes.slice(i + 1).map((b) => (a.levels >= b.levels ? { along: a.axis, lines: b.axis } : { along: b.axis, lines: a.axis })),
  )
}

const namesOf = (study: Study, axis: number): string[] => distinctNames(study.axes[axis].values, NAME_LIMIT).map(chartName)

/** Whether there are more combinations than values of either axis; axes that vary together have no interaction. */
function isCrossed(rows: readonly ChartSpec[]): boolean {
  return rows.length > Math.max(new Set(rows.map((row) => row.level)).size, new Set(rows.map((row) => row.line)).size)
}

/** A replication counts for a cell when every combination in it has a value. */
function cellMeans(study: Study, metric: MetricDefinition, { along, lines }: Pair): ChartSpec[] {
  const [levels, names] = [namesOf(study, along), namesOf(study, lines)]
  const rows: ChartSpec[] = []
  study.axes[lines].values.forEach((line, l) => {
    study.axes[along].values.forEach((level, a) => {
      const variants = study.variants.flatMap(({ values }, variant) => (values[along] === level && values[lines] === line ? [variant] : []))
      const means = meansByReplication(study, metric, variants)
      if (means.length === 0) return
      const { mean, low, high } = metricInterval(metric, means)
      const end = (value: number): number => rounded(Number.isNaN(value) ? mean : value)
      // Offset a little, so that no interval hides another, but less than the distance of levels.
      const place = a + Math.min(SPREAD, MAX_SPREAD / Math.max(1, names.length - 1)) * (l - (names.length - 1) / 2)
      rows.push({
        place: rounded(place),
        level: levels[a],
        line: names[l],
        mean: rounded(mean),
        low: end(low),
        high: end(high),
        n: means.length,
        interval: formatInterval({ mean, low, high }, '±'),
      })
    })
  })
  return rows
}

function meansByReplication(study: Study, metric: MetricDefinition, variants: readonly number[]): number[] {
  const sums = new Map<number, { sum: number; count: number }>()
  for (const variant of variants) {
    for (const { replication, result } of runsOf(study, variant)) {
      const value = result.metrics[metric.id]
      if (typeof value !== 'number' || !Number.isFinite(value)) continue
      const { sum, count } = sums.get(replication) ?? { sum: 0, count: 0 }
      sums.set(replication, { sum: sum + value, count: count + 1 })
    }
  }
  return [...sums.values()].filter(({ count }) => count === variants.length).map(({ sum, count }) => sum / count)
}

/** The dashes as conditions, without a scale: with one, the symbols of the legend would be outlined in the dashes of the lines. */
function dashes({ names, dash }: Pick<Looks, 'names' | 'dash'>): ChartSpec {
  const { range } = dash.scale as { readonly range: readonly Json[] }
  return { condition: names.map((name, i) => ({ test: `datum.line === ${JSON.stringify(name)}`, value: range[i] })), value: [1, 0] }
}

interface Panel {
  readonly pair: Pair
  readonly rows: readonly ChartSpec[]
  readonly dataset: string
}

function panel(study: Study, metric: MetricDefinition, { pair, rows, dataset }: Panel, how: How): ChartSpec {
  const [levels, names] = [namesOf(study, pair.along), namesOf(study, pair.lines)]
  const looks = looksFor('line', names, how)
  const legend: ChartSpec = {
    title: chartName(study.axes[pair.lines].name),
    titleFontSize: 12,
    titleFontWeight: 'normal',
    titleLimit: how.width,
  }
  const withLegend = (channel: ChartSpec): ChartSpec => ({ ...channel, legend: { ...(channel.legend as ChartSpec), ...legend } })
  const bounds = rows.flatMap((row) => [row.low, row.high] as number[])
  const [low, high] = [Math.min(...bounds), Math.max(...bounds)]
  const padding = Math.max(0.06 * (high - low), 0.01 * Math.max(Math.abs(low), Math.abs(high))) || 1
  const scale: ChartSpec = how.log.y
    ? { type: 'log', domain: [rounded(low / 1.1), rounded(high * 1.1)], nice: false }
    : { domain: [rounded(low >= 0 ? Math.max(0, low - padding) : low - padding), rounded(high + padding)], zero: false, nice: true }
  const title = withUnit(metric.label, metric.unit)
  const y = (field: string): ChartSpec => ({
    field,
    type: 'quantitative',
    title: how.log.y ? `${title}, logarithmic` : title,
    scale,
    axis: { tickCount: 5, labelExpr: PLAIN_LABELS, ...ticksFor(metric.unit) },
  })
  // Horizontal labels where they fit, else slanted.
  const level = levels.length * 70 <= how.width && levels.every((text) => text.length * 7 < how.width / levels.length)
  const x: ChartSpec = {
    field: 'place',
    type: 'quantitative',
    title: chartName(study.axes[pair.along].name),
    scale: { domain: [-0.5, levels.length - 0.5], nice: false },
    axis: {
      // Not a nominal scale: with an offset per line, vega-lite would break each line at every name.
      values: levels.map((_, i) => i),
      labelExpr: `${JSON.stringify(levels)}[datum.value]`,
      grid: true,
      gridDash: [1, 3],
      labelAngle: level ? 0 : -35,
      labelAlign: level ? 'center' : 'right',
      labelLimit: level ? Math.floor(how.width / levels.length) : 150,
      labelOverlap: false,
      titleLimit: how.width,
    },
  }
  const tooltip = [
    tooltipText('level', chartName(study.axes[pair.along].name)),
    tooltipText('line', chartName(study.axes[pair.lines].name)),
    tooltipText('interval', title),
    tooltipNumber('n', 'replications'),
  ]
  return {
    width: how.width,
    height: 220,
    data: { name: dataset },
    layer: [
      {
        mark: { type: 'line', strokeWidth: 1.5 },
        encoding: { x, y: y('mean'), color: withLegend(looks.colour), strokeDash: dashes(looks) },
      },
      { mark: { type: 'rule', strokeWidth: 2 }, encoding: { x, y: y('low'), y2: { field: 'high' }, color: withLegend(looks.colour) } },
      {
        mark: { type: 'point', filled: true, size: 70, opacity: 1 },
        encoding: { x, y: y('mean'), color: withLegend(looks.colour), shape: withLegend(looks.shape), tooltip },
      },
    ],
  }
}
