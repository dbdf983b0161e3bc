/**
 * SLO misses against cost. Small dots are replications, large ones their means with both intervals; a stepped line joins the Pareto front of
 * the means: the variants that no other beats in both metrics.
 */
import { metricById } from '../../sim/index.ts'
import { plainText, withUnit } from '../format.ts'
import { plannedReplications, runsOf } from '../study.ts'
import type { Summary } from '../summary/summary.ts'
import { BASELINE, looksOf, tooltipText, PLAIN_LABELS, rounded, roomy, tooltipNumber, USUAL } from './theme.ts'
import type { Chart, ChartSpec, How, Json, Logs } from './theme.ts'

const MISSES = 'slo-misses'
const COST = 'cost'

/** Variants listed in a sentence; more are counted. */
const MAX_NAMED = 6

/** The chart `slo-misses-against-cost`; none when no variant has both metrics. */
export function tradeoffChart(summary: Summary): Chart[] {
  const { study } = summary
  const { names } = looksOf(study)
  const means: ChartSpec[] = []
  const dots: ChartSpec[] = []
  names.forEach((variant, i) => {
    const [x, y] = [summary.row(i, COST), summary.row(i, MISSES)]
    if (x.n === 0 || y.n === 0) return
    const end = (value: number, mean: number): number => rounded(Number.isNaN(value) ? mean : value)
    means.push({
      variant,
      x: rounded(x.mean),
      y: rounded(y.mean),
      left: Math.max(0, end(x.low, x.mean)),
      right: end(x.high, x.mean),
      bottom: Math.max(0, end(y.low, y.mean)),
      top: end(y.high, y.mean),
    })
    for (const { result, replication } of runsOf(study, i)) {
      const [cost, misses] = [result.metrics[COST], result.metrics[MISSES]]
      if (typeof cost === 'number' && typeof misses === 'number') dots.push({ variant, x: rounded(cost), y: rounded(misses), replication })
    }
  })
  if (means.length === 0) return []
  const n = plannedReplications(study)
  const basis = n === 1 ? 'one replication' : `mean with 95 % intervals over ${n} replications, each a small dot`
  const sentence = frontSentence(summary)
  return [
    {
      name: 'slo-misses-against-cost',
      title: 'SLO misses against cost',
      subtitle: [
        `lower left is better; ${basis}${names.length > 1 ? '; ring: baseline' : ''}`,
        ...(sentence === '' ? [] : ['dashed: Pareto front of the means, no other variant is better in both']),
      ],
      usual: USUAL,
      switches: ['x', 'y'],
      time: 0,
      maxVariants: Infinity,
      fewVariants: 0,
      data: { means, replications: dots },
      draw: (how) => drawn(summary, means, dots, how),
    },
  ]
}

/**
 * Variants on the Pareto front of mean cost and mean misses: no other variant is at most as large in both and smaller in one. In order of
 * cost. Neighbours on the front may not differ significantly.
 */
export function paretoFront(summary: Summary): number[] {
  const points = summary.study.variants
    .map((_, variant) => ({ variant, cost: summary.row(variant, COST).mean, misses: summary.row(variant, MISSES).mean }))
    .filter(({ cost, misses }) => Number.isFinite(cost) && Number.isFinite(misses))
  const beaten = (a: (typeof points)[number]): boolean =>
    points.some((b) => b.cost <= a.cost && b.misses <= a.misses && (b.cost < a.cost || b.misses < a.misses))
  return points
    .filter((point) => !beaten(point))
    .sort((a, b) => a.cost - b.cost || a.variant - b.variant)
    .map(({ variant }) => variant)
}

/** The Pareto front in a sentence; '' when fewer than two variants have both metrics. */
export function frontSentence(summary: Summary): string {
  const { study } = summary
  const both = study.variants.filter((_, variant) => summary.row(variant, COST).n > 0 && summary.row(variant, MISSES).n > 0)
  if (both.length < 2) return ''
  const front = paretoFront(summary).map((variant) => plainText(study.variants[variant].short))
  const shown = front.slice(0, MAX_NAMED).join('; ')
  const rest = front.length > MAX_NAMED ? `; and ${front.length - MAX_NAMED} more` : ''
  return front.length === 1
    ? `No variant has a lower mean cost or lower mean SLO misses than ${shown}.`
    : `Pareto front of mean cost and mean SLO misses, cheapest first: ${shown}${rest}.`
}

function drawn(summary: Summary, means: readonly ChartSpec[], dots: readonly ChartSpec[], { width, log }: How): ChartSpec {
  const looks = looksOf(summary.study, { width })
  const axes = {
    x: axisOf('x', COST, [...means.flatMap((m) => [m.left, m.right]), ...dots.map((d) => d.x)] as number[], log.x),
    y: axisOf('y', MISSES, [...means.flatMap((m) => [m.bottom, m.top]), ...dots.map((d) => d.y)] as number[], log.y),
  }
  const x = (field: string): ChartSpec => ({ ...axes.x, field })
  const y = (field: string): ChartSpec => ({ ...axes.y, field })
  const line: ChartSpec = { type: 'rule', strokeWidth: 1.5 }
  const { colour, shape } = looks
  return {
    width,
    height: Math.min(360, width),
    layer: [
      {
        data: { name: 'means' },
        transform: [...positive(log, 'x', 'y'), ...FRONT],
        mark: { type: 'line', interpolate: 'step-after', strokeWidth: 1.2, strokeDash: [5, 4], color: '#59636e' },
        encoding: { x: x('x'), y: y('y') },
      },
      {
        data: { name: 'replications' },
        transform: positive(log, 'x', 'y'),
        mark: { type: 'point', filled: true, size: 22, opacity: 0.4 },
        encoding: { x: x('x'), y: y('y'), color: colour, shape, tooltip: REPLICATION_TOOLTIP },
      },
      {
        data: { name: 'means' },
        transform: positive(log, 'left', 'y'),
        mark: line,
        encoding: { x: x('left'), x2: { field: 'right' }, y: y('y'), color: colour },
      },
      {
        data: { name: 'means' },
        transform: positive(log, 'x', 'bottom'),
        mark: line,
        encoding: { x: x('x'), y: y('bottom'), y2: { field: 'top' }, color: colour },
      },
      {
        data: { name: 'means' },
        transform: positive(log, 'x', 'y'),
        mark: { type: 'point', filled: true, size: 130, opacity: 1, stroke: '#ffffff', strokeWidth: 1 },
        encoding: { x: x('x'), y: y('y'), color: colour, shape, tooltip: MEAN_TOOLTIP },
      },
      ...baselineRing(looks.names, log, { x: x('x'), y: y('y') }),
    ],
  }
}

/** A ring around the baseline, which no other mean can cover; it goes with the baseline when that is hidden. */
function baselineRing(names: readonly string[], log: Logs, place: { readonly x: ChartSpec; readonly y: ChartSpec }): ChartSpec[] {
  if (names.length < 2) return []
  return [
    {
      data: { name: 'means' },
      transform: [{ filter: { field: 'variant', equal: names[0] } }, ...positive(log, 'x', 'y')],
      mark: { type: 'point', shape: 'circle', filled: false, size: 480, strokeWidth: 2, opacity: 1, color: BASELINE },
      encoding: place,
    },
  ]
}

/** Transforms that keep the Pareto front. In the specification, so that the page finds it among the variants shown. */
const FRONT: readonly ChartSpec[] = [
  {
    window: [{ op: 'min', field: 'y', as: 'least' }],
    frame: [null, -1],
    sort: [
      { field: 'x', order: 'ascending' },
      { field: 'y', order: 'ascending' },
    ],
    ignorePeers: true,
  },
  { filter: '!isValid(datum.least) || datum.y < datum.least' },
]

/** A logarithmic axis cannot show zeros: filters that leave them out. The title of the axis says so. */
const positive = (log: Logs, x: string, y: string): Json[] => [
  ...(log.x ? [{ filter: `datum.${x} > 0` }] : []),
  ...(log.y ? [{ filter: `datum.${y} > 0` }] : []),
]

function axisOf(side: 'x' | 'y', metric: string, values: readonly number[], log: boolean): ChartSpec {
  const axis: ChartSpec = { tickCount: side === 'x' ? 8 : 6, labelExpr: PLAIN_LABELS }
  const positive = values.filter((value) => value > 0)
  if (log && positive.length > 0) {
    const hidden = positive.length < values.length ? '; values that reach zero are not shown' : ''
    return {
      type: 'quantitative',
      title: `${titleOf(metric)} (logarithmic${hidden})`,
      scale: { type: 'log', domain: [rounded(Math.min(...positive) / 1.15), rounded(Math.max(...positive) * 1.15)], nice: false },
      axis,
    }
  }
  return { type: 'quantitative', title: titleOf(metric), scale: side === 'x' ? aroundScale(values) : fromZero(values), axis }
}

/** From a little below zero, so that a point at zero is whole. */
const fromZero = (values: readonly number[]): ChartSpec => {
  const most = Math.max(...values)
  return { domain: roomy(0, most > 0 ? most : 1), nice: false }
}

function aroundScale(values: readonly number[]): ChartSpec {
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const padding = Math.max(0.08 * (high - low), 0.01 * high) || 1
  return { domain: [rounded(Math.max(0, low - padding)), rounded(high + padding)], nice: true, zero: false }
}

function titleOf(id: string): string {
  const metric = metricById(id)
  return metric === undefined ? id : withUnit(metric.label, metric.unit)
}

const REPLICATION_TOOLTIP: Json = [
  tooltipText('variant'),
  tooltipNumber('replication', 'replication'),
  tooltipNumber('x', titleOf(COST)),
  tooltipNumber('y', titleOf(MISSES)),
]

const MEAN_TOOLTIP: Json = [
  tooltipText('variant'),
  tooltipNumber('x', titleOf(COST)),
  tooltipNumber('left', 'cost 95 % from'),
  tooltipNumber('right', 'cost to'),
  tooltipNumber('y', titleOf(MISSES)),
  tooltipNumber('bottom', 'misses 95 % from'),
  tooltipNumber('top', 'misses to'),
]
