/**
 * What happened over time, a panel per level: mean over replications, with the range between them as a band when few variants leave
 * room for it. Samples are averaged in equal steps of time, as many as can be seen.
 */
import { withUnit } from '../format.ts'
import { plannedReplications, runsOf } from '../study.ts'
import type { Study } from '../study.ts'
import type { Summary } from '../summary.ts'
import { heading, LINE_WIDTH, looksOf, panelTitle, rounded, topLevel, WIDTH } from './theme.ts'
import type { Chart, ChartSpec, Json, Looks } from './theme.ts'

/** Columns of a run's series that get a panel, in this order. */
const PANELS = ['demand', 'ready', 'nodes', 'utilization', 'usage', 'misses', 'pending']
const MOST_STEPS = 240
/** Points of a whole chart; more make files large and pictures no better. */
const MOST_POINTS = 6000
const MOST_BANDS = 3

interface Span {
  readonly from: number
  readonly to: number
  readonly steps: number
  readonly unit: 's' | 'min' | 'h'
  readonly seconds: number
}

export function timeseriesChart(summary: Summary): Chart[] {
  const { study } = summary
  const looks = looksOf(study)
  const panels = PANELS.filter((name) => hasValues(study, name))
  const span = spanOf(study, panels.length)
  if (panels.length === 0 || span === null) return []
  const bands = study.variants.length <= MOST_BANDS && plannedReplications(study) > 1
  const views = panels.map((name, i) => panel(study, looks, name, span, { bands, last: i === panels.length - 1 }))
  const n = plannedReplications(study)
  const title = 'Over time'
  const subtitle = `${n === 1 ? 'one replication' : `mean over ${n} replications${bands ? ', band from the smallest to the largest' : ''}`}; averaged in steps of ${stepText(span)}`
  return [{ name: 'timeseries', title, spec: topLevel(heading(title, [subtitle]), `${title}: ${subtitle}`, { vconcat: views, spacing: 18 }) }]
}

function columnOf(study: Study, name: string) {
  for (const run of study.runs) {
    const column = run.result.series.columns.find((c) => c.name === name)
    if (column !== undefined) return column
  }
  return undefined
}

/** Panels of nothing but zeros or gaps say nothing, except that there was no demand. */
function hasValues(study: Study, name: string): boolean {
  return study.runs.some((run) => numbers(run.result.series.columns.find((c) => c.name === name)?.values).some((value) => value !== 0 && Number.isFinite(value)))
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
  const room = Math.floor(MOST_POINTS / Math.max(1, panels * study.variants.length))
  const steps = Math.max(1, Math.min(samples, MOST_STEPS, Math.max(60, room)))
  const [unit, seconds] = to > 3 * 3600 ? (['h', 3600] as const) : to > 300 ? (['min', 60] as const) : (['s', 1] as const)
  return { from, to, steps, unit, seconds }
}

function stepText(span: Span): string {
  const step = (span.to - span.from) / Math.max(1, span.steps - 1)
  return step >= 120 ? `${rounded(Number((step / 60).toFixed(1)))} min` : `${Number(step.toFixed(step < 10 ? 1 : 0))} s`
}

function panel(study: Study, looks: Looks, name: string, span: Span, { bands, last }: { bands: boolean; last: boolean }): ChartSpec {
  const rows = looks.names.flatMap((variant, i) => averaged(study, i, name, span).map((row): ChartSpec => ({ variant, width: looks.widths[i], ...row })))
  const head = columnOf(study, name)
  const x: ChartSpec = {
    field: 'time', type: 'quantitative', title: last ? `time [${span.unit}]` : null,
    scale: { domain: [rounded(Math.min(0, span.from / span.seconds)), rounded(Math.max(span.to / span.seconds, 1e-6))], nice: false },
    axis: last ? { tickCount: 10 } : { tickCount: 10, labels: false, ticks: false, domain: false },
  }
  const flat = rows.every((row) => row.high === rows[0].high && row.low === row.high)
  const scale: ChartSpec = flat ? { domain: around(rows[0].mean as number) } : { zero: name === 'demand' || name === 'misses' || name === 'pending', nice: true }
  const y: ChartSpec = { field: 'mean', type: 'quantitative', title: null, scale, axis: { tickCount: 4, labelExpr: "format(datum.value, ',~r')", minExtent: 44 } }
  const line: Json = { mark: { type: 'line' }, encoding: { x, y, color: looks.colour, strokeDash: looks.dash, strokeWidth: LINE_WIDTH } }
  const band: Json = {
    mark: { type: 'area', opacity: 0.16 },
    encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' }, color: looks.colour },
  }
  return {
    title: panelTitle(withUnit(head?.label ?? name, head?.unit ?? '')),
    width: WIDTH,
    height: 96,
    data: { values: rows },
    layer: bands ? [band, line] : [line],
  }
}

const around = (value: number): Json => (value === 0 ? [0, 1] : [rounded(Math.min(value * 0.9, value * 1.1)), rounded(Math.max(value * 0.9, value * 1.1))])

/** Mean, smallest and largest over replications, of each replication's mean in every step; steps without a value are left out. */
function averaged(study: Study, variant: number, name: string, span: Span): { time: number; mean: number; low: number; high: number }[] {
  const runs = runsOf(study, variant).map((run) => stepMeans(run.result.series, name, span))
  const rows: { time: number; mean: number; low: number; high: number }[] = []
  for (let step = 0; step < span.steps; step++) {
    const values = runs.map((means) => means[step]).filter((value) => !Number.isNaN(value))
    if (values.length === 0) continue
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    const time = (span.from + ((span.to - span.from) * (span.steps === 1 ? 0 : step)) / Math.max(1, span.steps - 1)) / span.seconds
    rows.push({ time: rounded(time), mean: rounded(mean), low: rounded(Math.min(...values)), high: rounded(Math.max(...values)) })
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
