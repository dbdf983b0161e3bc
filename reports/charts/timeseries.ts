/**
 * Time series, one panel per column: the mean over replications, with its 95 % interval as a band when there are few variants. Samples are
 * averaged in equal steps of time. Each step has an interval of its own: one step in twenty lies outside its band by chance.
 */
import { withUnit } from '../format.ts'
import { intervalOf } from '../statistics/interval.ts'
import { plannedReplications, runsOf } from '../study.ts'
import type { Study } from '../study.ts'
import type { Summary } from '../summary/summary.ts'
import { labelLayers, markLayers, markNotes, markRows, marksOf } from './marks.ts'
import { labelsFor, labelsIn } from './replicas.ts'
import {
  lineChannel,
  LINE_WIDTH,
  looksOf,
  tooltipText,
  panelTitle,
  PLAIN_LABELS,
  roomy,
  rounded,
  ticksFor,
  tooltipNumber,
  USUAL,
  WIDTH,
} from './theme.ts'
import type { Chart, ChartSpec, How, Json } from './theme.ts'

/** Columns of a run's series that get a panel, in this order. */
const PANELS = ['demand', 'ready', 'nodes', 'utilization', 'usage', 'misses', 'pending']
const FROM_ZERO = ['demand', 'misses', 'pending']
const MAX_STEPS = 240
/** Points of a whole chart; more would enlarge files without visible difference. */
const MAX_POINTS = 7500
const MAX_BANDS = 4

interface Span {
  readonly from: number
  readonly to: number
  readonly steps: number
  readonly unit: 's' | 'min' | 'h'
  readonly seconds: number
}

/** The chart `timeseries`. */
export function timeseriesChart(summary: Summary): Chart[] {
  const { study } = summary
  const panels = PANELS.filter((name) => hasValues(study, name))
  const span = spanOf(study, panels.length)
  if (panels.length === 0 || span === null) return []
  const { names, widths } = looksOf(study)
  const data = Object.fromEntries(
    panels.map((name) => [
      name,
      names.flatMap((variant, i) => averaged(study, i, name, span).map((row): ChartSpec => ({ variant, width: widths[i], ...row }))),
    ]),
  )
  const marks = sharedMarks(study, names, span)
  const n = plannedReplications(study)
  const banded = n > 1
  const few = banded && names.length <= MAX_BANDS
  const band = few ? ', band: its 95 % interval across them' : ''
  return [
    {
      name: 'timeseries',
      title: 'Over time',
      subtitle: [
        `${n === 1 ? 'one replication' : `mean over ${n} replications${band}`}; averaged in steps of ${stepText(span)}`,
        ...markNotes(study),
      ],
      usual: { ...USUAL, few },
      switches: ['y'],
      time: span.seconds,
      maxVariants: Infinity,
      fewVariants: banded ? MAX_BANDS : 0,
      data: { ...data, ...(marks.length === 0 ? {} : { marks }) },
      draw: (how) => ({
        vconcat: panels.map((name, i) =>
          panel(study, name, data[name], span, { how, bands: how.few && banded, first: i === 0, last: i === panels.length - 1, marks }),
        ),
        spacing: 18,
      }),
    },
  ]
}

function columnOf(study: Study, name: string) {
  for (const run of study.runs) {
    const column = run.result.series.columns.find((c) => c.name === name)
    if (column !== undefined) return column
  }
  return undefined
}

/** Whether a column has a value other than zero; other columns get no panel. */
function hasValues(study: Study, name: string): boolean {
  return study.runs.some((run) =>
    numbers(run.result.series.columns.find((c) => c.name === name)?.values).some((value) => value !== 0 && Number.isFinite(value)),
  )
}

function numbers(values: Float64Array | readonly string[] | undefined): Float64Array {
  return values instanceof Float64Array ? values : new Float64Array(0)
}

function spanOf(study: Study, panels: number): Span | null {
  let from = Infinity
  let to = -Infinity
  let samples = 0
  for (const { result } of study.runs) {
    const time = numbers(result.series.columns.find((c) => c.role === 'time')?.values)
    if (time.length === 0) continue
    from = Math.min(from, time[0])
    to = Math.max(to, time[time.length - 1])
    samples = Math.max(samples, time.length)
  }
  if (samples === 0) return null
  const available = Math.floor(MAX_POINTS / Math.max(1, panels * study.variants.length))
  const steps = Math.max(1, Math.min(samples, MAX_STEPS, Math.max(60, available)))
  const [unit, seconds] = to > 3 * 3600 ? (['h', 3600] as const) : to > 300 ? (['min', 60] as const) : (['s', 1] as const)
  return { from, to, steps, unit, seconds }
}

function stepText(span: Span): string {
  const step = (span.to - span.from) / Math.max(1, span.steps - 1)
  return step >= 120 ? `${rounded(Number((step / 60).toFixed(1)))} min` : `${Number(step.toFixed(step < 10 ? 1 : 0))} s`
}

interface PanelLook {
  readonly how: How
  readonly bands: boolean
  readonly first: boolean
  readonly last: boolean
  /** Rows of actions and faults, and of their labels. */
  readonly marks: readonly ChartSpec[]
}

function panel(
  study: Study,
  name: string,
  rows: readonly ChartSpec[],
  span: Span,
  { how, bands, first, last, marks }: PanelLook,
): ChartSpec {
  const looks = looksOf(study, how)
  const head = columnOf(study, name)
  const title = withUnit(head?.label ?? name, head?.unit ?? '')
  // A logarithmic axis omits zeros; a column that is zero most of the time keeps a linear axis.
  const positive = rows.filter((row) => (row.mean as number) > 0)
  const log = how.log.y && positive.length > rows.length / 2
  const x: ChartSpec = {
    field: 'time',
    type: 'quantitative',
    title: last ? `time [${span.unit}]` : null,
    scale: { domain: [rounded(Math.min(0, span.from / span.seconds)), rounded(Math.max(span.to / span.seconds, 1e-6))], nice: false },
    axis: last
      ? { tickCount: how.width < WIDTH ? 5 : 10 }
      : { tickCount: how.width < WIDTH ? 5 : 10, labels: false, ticks: false, domain: false },
  }
  const y: ChartSpec = {
    field: 'mean',
    type: 'quantitative',
    title: null,
    scale: log ? { type: 'log', nice: true } : scaleOf(name, rows, bands),
    axis: { tickCount: 4, labelExpr: PLAIN_LABELS, minExtent: 44, ...ticksFor(head?.unit ?? '') },
  }
  const seen: ChartSpec = log ? { transform: [{ filter: 'datum.mean > 0' }] } : {}
  const tooltip = [
    tooltipText('variant'),
    tooltipNumber('time', `time [${span.unit}]`),
    tooltipNumber('mean', title),
    ...(plannedReplications(study) > 1 ? [tooltipNumber('low', '95 % from'), tooltipNumber('high', 'to')] : []),
  ]
  const labels = first ? labelsIn(marks, how) : []
  const line: ChartSpec = {
    ...seen,
    mark: { type: 'line', clip: true },
    encoding: { x, y, color: lineChannel(looks.colour), strokeDash: lineChannel(looks.dash), strokeWidth: LINE_WIDTH, tooltip },
  }
  const band: ChartSpec = {
    transform: [{ filter: log ? 'isValid(datum.low) && datum.low > 0' : 'isValid(datum.low)' }],
    mark: { type: 'area', opacity: 0.16, clip: true },
    encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' }, color: lineChannel(looks.colour) },
  }
  return {
    title: panelTitle(log ? `${title}, logarithmic` : title),
    width: how.width,
    height: 96,
    data: { name },
    layer: [
      ...(marks.length === 0 ? [] : markLayers(x, span.unit, { data: { name: 'marks' } })),
      ...(bands ? [band, line] : [line]),
      ...labelLayers(x, labels, { data: { name: 'marks' } }),
    ],
  }
}

/** Actions and faults: those of all variants once, others by variant; labels name all of them. */
function sharedMarks(study: Study, names: readonly string[], span: Span): ChartSpec[] {
  const marks = marksOf(study)
  if (marks.length === 0) return []
  const axis = { from: Math.min(0, span.from), to: span.to, seconds: span.seconds }
  const rows = marks.flatMap((mark) => {
    const drawn = markRows([mark], axis)
    if (mark.variants.length === names.length) return drawn
    return mark.variants.flatMap((variant) => drawn.map((row): ChartSpec => ({ variant: names[variant], ...row })))
  })
  return [...rows, ...labelsFor(marks, axis, 1)]
}

/** Columns in FROM_ZERO start at zero; the domain of the others fits their values. Room at both ends: lines at an edge stay whole. */
function scaleOf(name: string, rows: readonly ChartSpec[], bands: boolean): ChartSpec {
  const ends = rows.flatMap((row) => (bands && row.low !== null ? [row.mean, row.low, row.high] : [row.mean]) as number[])
  const [low, high] = ends.reduce(([least, most], end) => [Math.min(least, end), Math.max(most, end)], [Infinity, -Infinity])
  const from = FROM_ZERO.includes(name) ? Math.min(0, low) : low
  if (from === high) return { domain: around(from), zero: false, nice: false }
  return { domain: roomy(from, high), zero: false, nice: false }
}

const around = (value: number): Json =>
  value === 0 ? roomy(0, 1) : [rounded(Math.min(value * 0.9, value * 1.1)), rounded(Math.max(value * 0.9, value * 1.1))]

interface Step {
  readonly time: number
  readonly mean: number
  /** The 95 % t interval of the mean; null below two replications. */
  readonly low: number | null
  readonly high: number | null
}

/** Means over replications of each replication's mean per step; steps without a value are left out. */
function averaged(study: Study, variant: number, name: string, span: Span): Step[] {
  const runs = runsOf(study, variant).map((run) => stepMeans(run.result.series, name, span))
  const rows: Step[] = []
  for (let step = 0; step < span.steps; step++) {
    const values = runs.map((means) => means[step]).filter((value) => !Number.isNaN(value))
    if (values.length === 0) continue
    const { mean, low, high } = intervalOf(values, { scale: values.some((value) => value < 0) ? 'linear' : 'log' })
    const time = (span.from + ((span.to - span.from) * (span.steps === 1 ? 0 : step)) / Math.max(1, span.steps - 1)) / span.seconds
    const shown = (value: number): number | null => (Number.isNaN(value) ? null : Number(value.toPrecision(5)))
    rows.push({ time: rounded(time), mean: Number(mean.toPrecision(5)), low: shown(low), high: shown(high) })
  }
  return rows
}

function stepMeans(series: Study['runs'][number]['result']['series'], name: string, span: Span): number[] {
  const time = numbers(series.columns.find((c) => c.role === 'time')?.values)
  const values = numbers(series.columns.find((c) => c.name === name)?.values)
  const sums = new Array<number>(span.steps).fill(0)
  const counts = new Array<number>(span.steps).fill(0)
  for (let row = 0; row < values.length; row++) {
    if (!Number.isFinite(values[row])) continue
    const share = span.to > span.from ? (time[row] - span.from) / (span.to - span.from) : 0
    const step = Math.round(share * (span.steps - 1))
    sums[step] += values[row]
    counts[step]++
  }
  return sums.map((sum, step) => (counts[step] === 0 ? NaN : sum / counts[step]))
}
