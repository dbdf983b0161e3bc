/**
 * Pending times of pods, replications merged; pods that were never bound count with their time until the end. As a histogram (one stacked
 * bar per variant with classes by powers of ten, since grouped bars of several variants would overlap), and as the share of pods pending
 * longer than x, which displays the tail.
 */
import { Histogram } from '../../sim/index.ts'
import { formatNumber } from '../format.ts'
import { plannedReplications, runsOf } from '../study.ts'
import type { Study } from '../study.ts'
import type { Summary } from '../summary/summary.ts'
import { survivalOf, survivalView } from './survival.ts'
import { looksOf, tooltipText, rounded, tooltipNumber, USUAL, widestOf } from './theme.ts'
import type { Chart, ChartSpec, How } from './theme.ts'

const MICROSECONDS = 1_000_000
const SUBJECT = { x: 'pending time [s]', y: 'pods pending longer' }
/** Upper ends [µs], names, and steps of cividis (Nuñez, Anderton, Renslow 2018). */
const CLASSES = [
  { until: 1e3, name: 'up to 1 ms', colour: '#fee838' },
  { until: 1e4, name: 'to 10 ms', colour: '#dfc855' },
  { until: 1e5, name: 'to 100 ms', colour: '#bcaf6c' },
  { until: 1e6, name: 'to 1 s', colour: '#9b9476' },
  { until: 1e7, name: 'to 10 s', colour: '#7c7b78' },
  { until: 1e8, name: 'to 100 s', colour: '#61646f' },
  { until: 1e9, name: 'to 1,000 s', colour: '#414d6b' },
  { until: Infinity, name: 'longer', colour: '#12356f' },
] as const

/** The charts `pending` and `pending-tail`. */
export function pendingCharts({ study }: Summary): Chart[] {
  const pooled = study.variants.map((_, variant) => pooledPending(study, variant))
  const survival = survivalOf(study, pooled, { divisor: MICROSECONDS, steps: true })
  if (survival === null) return []
  const classes = classesOf(study, pooled)
  const n = plannedReplications(study)
  const of = `${formatNumber(survival.count)} pods created in the window, ${n === 1 ? '1 replication' : `${n} replications merged`} per variant`
  const common = { time: 0, maxVariants: Infinity, fewVariants: 0 }
  // When all times are zero, the axis cannot be logarithmic.
  const log = { x: survival.max > 0, y: true }
  return [
    {
      name: 'pending',
      title: 'Pending time of pods',
      subtitle: [`pods by their time from created to bound; ${of}`],
      usual: USUAL,
      switches: [],
      ...common,
      data: { classes },
      draw: (how) => histogramView(study, classes, how),
    },
    {
      name: 'pending-tail',
      title: 'Pending time of pods: the tail',
      subtitle: ['share of pods whose time from created to bound is longer, down to the last ten', of],
      usual: { ...USUAL, log },
      switches: log.x ? ['x', 'y'] : ['y'],
      ...common,
      data: { pending: survival.rows },
      draw: (how) => survivalView(study, survival, 'pending', SUBJECT, how, 280),
    },
  ]
}

function pooledPending(study: Study, variant: number): Histogram {
  const pooled = new Histogram()
  for (const { result } of runsOf(study, variant)) {
    if (result.pending !== undefined && result.pending.buckets.length > 0) pooled.merge(Histogram.fromSparse(result.pending))
  }
  return pooled
}

/** Keys variant, class, from and to (shares, stacked), share, pods. */
function classesOf(study: Study, histograms: readonly Histogram[]): ChartSpec[] {
  const { names } = looksOf(study)
  return histograms.flatMap((histogram, variant) => {
    const rows: ChartSpec[] = []
    let above = histogram.count
    CLASSES.forEach(({ until, name }) => {
      const beyond = until === Infinity ? 0 : histogram.countAbove(until)
      const pods = above - beyond
      const place = (count: number): number => rounded(1 - count / histogram.count)
      if (pods > 0)
        rows.push({
          variant: names[variant],
          class: name,
          from: place(above),
          to: place(beyond),
          share: rounded(pods / histogram.count),
          pods,
        })
      above = beyond
    })
    return rows
  })
}

function histogramView(study: Study, classes: readonly ChartSpec[], how: How): ChartSpec {
  const { names } = looksOf(study, how)
  const beside = how.width < 480 ? 0 : widestOf(names, 11)
  const shown = CLASSES.filter(({ name }) => classes.some((row) => row.class === name))
  const axis: ChartSpec = beside === 0 ? { labels: false, ticks: false } : { labelLimit: 400, labelColor: '#1f2328', labelOverlap: false }
  return {
    width: beside === 0 ? how.width : Math.max(230, how.width - beside),
    height: { step: names.length > 12 ? 14 : 24 },
    data: { name: 'classes' },
    mark: { type: 'bar', height: { band: 0.7 } },
    encoding: {
      x: {
        field: 'from',
        type: 'quantitative',
        title: 'pods [%]',
        scale: { domain: [0, 1], nice: false },
        axis: { tickCount: 5, labelExpr: "format(datum.value * 100, '~r')" },
      },
      x2: { field: 'to' },
      y: { field: 'variant', type: 'nominal', sort: null, title: null, scale: { domain: names }, axis: { ...axis, grid: false } },
      color: {
        field: 'class',
        type: 'ordinal',
        scale: { domain: shown.map(({ name }) => name), range: shown.map(({ colour }) => colour) },
        legend: {
          title: 'pending time',
          orient: 'bottom',
          direction: 'horizontal',
          columns: how.width < 480 ? 3 : 8,
          symbolType: 'square',
          symbolSize: 160,
          titleFontSize: 12,
          titleFontWeight: 'normal',
        },
      },
      tooltip: [
        tooltipText('variant'),
        tooltipText('class', 'pending time'),
        { field: 'share', type: 'quantitative', title: 'share of pods', format: '.3~%' },
        tooltipNumber('pods', 'pods'),
      ],
    },
  }
}
