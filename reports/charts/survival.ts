/**
 * Survival curves: the share of observations beyond x, from histograms. On logarithmic axes they display the tail, which a density or a
 * distribution function hides. One line per variant, which ends where fewer than ten observations are left.
 */
import { bucketStart, bucketWidth } from '../../sim/index.ts'
import type { Histogram } from '../../sim/index.ts'
import { lineChannel, LINE_WIDTH, looksOf, tooltipText, PLAIN_LABELS, roomy, rounded, tooltipNumber } from './theme.ts'
import type { ChartSpec, How, Json } from './theme.ts'
import type { Study } from '../study.ts'

/** Points per line, with few and with many lines, and of all lines of a panel. */
const MAX_POINTS = 240
const MIN_POINTS = 100
const PANEL_POINTS = 2400
const MIN_BEYOND = 10
/** Ratio by which a logarithmic axis of shares exceeds the lines. */
const ROOM = 1.1
/** Space at the right end for the names of quantiles [px]. */
const LABEL_WIDTH = 54

/** The points of all lines. */
export interface Survival {
  /** Keys variant, width, value, beyond. */
  readonly rows: readonly ChartSpec[]
  readonly steps: boolean
  readonly count: number
  /** Smallest and largest value. */
  readonly min: number
  readonly max: number
  /** Smallest and largest share. */
  readonly rarest: number
  readonly commonest: number
}

/** Titles of the axes. */
export interface Subject {
  /** "latency [ms]". */
  readonly x: string
  /** "slower requests". */
  readonly y: string
}

/** How the points of a line are found and joined. */
export interface SurvivalOptions {
  /** Divides the unit of the histograms into that of the axis. */
  readonly divisor: number
  /** Count of such panels in the chart. */
  readonly panels?: number
  /** Steps at the values there are, for a few observations; else lines between quantiles, for many. */
  readonly steps?: boolean
}

/** The points of the lines. `histograms` by variant. Null when no variant has an observation. */
export function survivalOf(study: Study, histograms: readonly Histogram[], options: SurvivalOptions): Survival | null {
  const { divisor, panels = 1, steps = false } = options
  const points = Math.max(MIN_POINTS, Math.min(MAX_POINTS, Math.round(PANEL_POINTS / (panels * histograms.length))))
  const { names, widths } = looksOf(study)
  const rows: ChartSpec[] = []
  let count = 0
  let min = Infinity
  let max = 0
  let rarest = 1
  let commonest = 0
  histograms.forEach((histogram, variant) => {
    count += histogram.count
    for (const { value, beyond } of steps ? stepsOf(histogram, divisor, points) : pointsOf(histogram, divisor, points)) {
      rows.push({ variant: names[variant], width: widths[variant], value: rounded(value), beyond: rounded(beyond) })
      min = Math.min(min, value)
      max = Math.max(max, value)
      rarest = Math.min(rarest, beyond)
      commonest = Math.max(commonest, beyond)
    }
  })
  return rows.length === 0 ? null : { rows, steps, count, min, max, rarest, commonest }
}

/** Points at shares of equal ratio, so that each decade of the tail has the same number of them. */
function pointsOf(histogram: Histogram, divisor: number, count: number): { value: number; beyond: number }[] {
  if (histogram.count === 0) return []
  const lowest = Math.min(0.5, MIN_BEYOND / histogram.count)
  const points: { value: number; beyond: number }[] = []
  let before = -1
  for (let i = 0; i < count; i++) {
    const beyond = Math.exp((Math.log(lowest) * i) / (count - 1))
    const value = histogram.quantile(Math.max(0, 1 - beyond)) / divisor
    if (value === before) points.pop()
    points.push({ value, beyond })
    before = value
  }
  return points
}

/**
 * The share beyond each value there is, until fewer than ten observations are left. With more values than points, those whose share
 * changed by an equal ratio.
 */
function stepsOf(histogram: Histogram, divisor: number, count: number): { value: number; beyond: number }[] {
  const { buckets, counts } = histogram.toSparse()
  const fewest = Math.min(MIN_BEYOND, histogram.count / 2)
  const ratio = Math.exp(Math.log(fewest / histogram.count) / count)
  const points: { value: number; beyond: number }[] = []
  let above = histogram.count
  let drawn = Infinity
  for (let i = 0; i < buckets.length; i++) {
    above -= counts[i]
    const value = (bucketStart(buckets[i]) + (bucketWidth(buckets[i]) - 1) / 2) / divisor
    // The last step falls to the fewest observations that are shown.
    const beyond = Math.max(above, fewest) / histogram.count
    if (above <= fewest || buckets.length <= count || beyond <= drawn * ratio) points.push({ value, beyond: (drawn = beyond) })
    if (above <= fewest) break
  }
  return points
}

/** One panel of lines; `dataset` is the name of the rows of `survival`. */
export function survivalView(
  study: Study,
  survival: Survival,
  dataset: string,
  { x: xTitle, y: yTitle }: Subject,
  how: How,
  height: number,
): ChartSpec {
  const { width, log } = how
  const looks = looksOf(study, how)
  const line: ChartSpec = {
    data: { name: dataset },
    ...(log.x ? { transform: [{ filter: 'datum.value > 0' }] } : {}),
    mark: { type: 'line', clip: true, ...(survival.steps ? { interpolate: 'step-after' } : {}) },
    encoding: {
      x: {
        field: 'value',
        type: 'quantitative',
        title: log.x ? `${xTitle}, logarithmic` : xTitle,
        ...(log.x ? logarithmicValues(survival, width) : linearValues(survival)),
      },
      y: {
        field: 'beyond',
        type: 'quantitative',
        title: log.y ? `${yTitle} [%], logarithmic` : `${yTitle} [%]`,
        ...(log.y ? logarithmicShares(survival, height) : linearShares(survival)),
      },
      color: lineChannel(looks.colour),
      strokeDash: lineChannel(looks.dash),
      strokeWidth: LINE_WIDTH,
      tooltip: [
        tooltipText('variant'),
        tooltipNumber('value', xTitle),
        { field: 'beyond', type: 'quantitative', title: yTitle, format: '.3~%' },
      ],
    },
  }
  return { width, height, layer: log.y ? [line, quantileNames(survival, width)] : [line] }
}

function logarithmicShares({ rarest }: Survival, height: number): ChartSpec {
  const shares = [1, ...(height < 300 ? [] : [0.5]), 0.1, 0.01, 0.001, 0.0001, 0.00001, 0.000001].filter(
    (share) => share >= rarest / 1.0001 || share === 1,
  )
  return {
    // Room for the width of the lines: the topmost and the last point are whole.
    scale: { type: 'log', domain: [rounded(rarest / ROOM), rounded(ROOM)], nice: false },
    axis: { values: shares, labelExpr: "format(datum.value * 100, '~r')" },
  }
}

const linearShares = ({ commonest }: Survival): ChartSpec => ({
  scale: { domain: roomy(0, commonest), nice: false },
  axis: { tickCount: 5, labelExpr: "format(datum.value * 100, '~r')" },
})

function linearValues({ max }: Survival): ChartSpec {
  return { scale: { domain: roomy(0, max > 0 ? max : 1), nice: false }, axis: { tickCount: 8, labelExpr: PLAIN_LABELS } }
}

function logarithmicValues({ rows, max }: Survival, width: number): ChartSpec {
  const min = rows.reduce((smallest, row) => ((row.value as number) > 0 ? Math.min(smallest, row.value as number) : smallest), Infinity)
  const { low, high, ticks } = decades(Number.isFinite(min) ? min : 1, max, LABEL_WIDTH / width, width < 500 ? [1] : [1, 2, 5])
  return { scale: { type: 'log', domain: [low, high], nice: false }, axis: { values: ticks, labelExpr: PLAIN_LABELS, grid: true } }
}

/** Names of quantiles at the right end, at their heights. */
function quantileNames({ rarest }: Survival, width: number): ChartSpec {
  const marks: Json[] = [
    { share: 0.5, name: 'p50' },
    { share: 0.01, name: 'p99' },
    { share: 0.001, name: 'p99.9' },
  ].filter(({ share }) => share >= rarest)
  return {
    data: { values: marks },
    mark: { type: 'text', align: 'right', dx: -4, baseline: 'bottom', dy: -3, fontSize: 11, color: '#59636e' },
    encoding: { x: { value: width }, y: { field: 'share', type: 'quantitative' }, text: { field: 'name' } },
  }
}

/** A logarithmic domain around the values, with a fraction `free` left empty at the right, and ticks at round numbers within it. */
function decades(min: number, max: number, free: number, steps: readonly number[]): { low: number; high: number; ticks: number[] } {
  const low = min / 1.1
  const end = Math.max(max, low * 2)
  const high = end * Math.exp((Math.log(end / low) * free) / (1 - free))
  const ticks: number[] = []
  for (let exponent = -6; exponent <= 9; exponent++) {
    // Parsed from text: 3e-1 is 0.3, but 3 * 0.1 is not.
    for (const step of steps) {
      const tick = Number(`${step}e${exponent}`)
      if (tick >= low && tick <= high) ticks.push(tick)
    }
  }
  // Many decades: powers of ten only. Too few ticks on a narrow axis: again with finer steps.
  const shown = ticks.length > 14 ? ticks.filter((tick) => String(tick).replace(/[0.]/g, '') === '1' || /^1e/.test(String(tick))) : ticks
  return shown.length < 2 && steps.length === 1 ? decades(min, max, free, [1, 3]) : { low: rounded(low), high: rounded(high), ticks: shown }
}
