/**
 * The share of observations beyond x, from a histogram: the picture of a tail, where a density or a plain distribution function hides
 * it. Lines of variants over one another; a line ends where fewer than ten observations are left beyond it.
 */
import type { Histogram } from '../../sim/index.ts'
import { LINE_WIDTH, looksOf, named, PLAIN_LABELS, rounded, told } from './theme.ts'
import type { ChartSpec, How, Json } from './theme.ts'
import type { Study } from '../study.ts'

/** Points of a line, when there are few lines and when there are many, and of all lines of a panel. */
const MOST_POINTS = 240
const LEAST_POINTS = 100
const PANEL_POINTS = 2400
const LEAST_BEYOND = 10
/** Pixels at the right end for the names of quantiles. */
const LABEL_ROOM = 54

export interface Survival {
  /** Keys variant, width, value, beyond. */
  readonly rows: readonly ChartSpec[]
  readonly count: number
  readonly least: number
  readonly most: number
  /** Smallest and largest share that is shown. */
  readonly rarest: number
  readonly commonest: number
}

export interface Subject {
  /** "latency [ms]". */
  readonly x: string
  /** "slower requests". */
  readonly y: string
}

/**
 * `histograms` by variant, `divisor` of their unit to the one of the axis, `panels` of this kind side by side. Null when no variant has an
 * observation.
 */
export function survivalOf(study: Study, histograms: readonly Histogram[], divisor: number, panels = 1): Survival | null {
  const points = Math.max(LEAST_POINTS, Math.min(MOST_POINTS, Math.round(PANEL_POINTS / (panels * histograms.length))))
  const { names, widths } = looksOf(study)
  const rows: ChartSpec[] = []
  let count = 0
  let least = Infinity
  let most = 0
  let rarest = 1
  let commonest = 0
  histograms.forEach((histogram, variant) => {
    count += histogram.count
    for (const { value, beyond } of pointsOf(histogram, divisor, points)) {
      rows.push({ variant: names[variant], width: widths[variant], value: rounded(value), beyond: rounded(beyond) })
      least = Math.min(least, value)
      most = Math.max(most, value)
      rarest = Math.min(rarest, beyond)
      commonest = Math.max(commonest, beyond)
    }
  })
  return rows.length === 0 ? null : { rows, count, least, most, rarest, commonest }
}

/** Steps of equal ratio in the share beyond, so that each decade of the tail gets the same number of points. */
function pointsOf(histogram: Histogram, divisor: number, count: number): { value: number; beyond: number }[] {
  if (histogram.count === 0) return []
  const least = Math.min(0.5, LEAST_BEYOND / histogram.count)
  const points: { value: number; beyond: number }[] = []
  let before = -1
  for (let i = 0; i < count; i++) {
    const beyond = Math.exp((Math.log(least) * i) / (count - 1))
    const value = histogram.quantile(Math.max(0, 1 - beyond)) / divisor
    if (value === before) points.pop()
    points.push({ value, beyond })
    before = value
  }
  return points
}

/** One panel; `dataset` holds the rows of `survival`. */
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
    mark: { type: 'line', clip: true },
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
      color: looks.colour,
      strokeDash: looks.dash,
      strokeWidth: LINE_WIDTH,
      tooltip: [named('variant'), told('value', xTitle), { field: 'beyond', type: 'quantitative', title: yTitle, format: '.3~%' }],
    },
  }
  return { width, height, layer: log.y ? [line, quantileNames(survival, width)] : [line] }
}

function logarithmicShares({ rarest }: Survival, height: number): ChartSpec {
  const shares = [1, ...(height < 300 ? [] : [0.5]), 0.1, 0.01, 0.001, 0.0001, 0.00001, 0.000001].filter(
    (share) => share >= rarest / 1.0001 || share === 1,
  )
  return {
    scale: { type: 'log', domain: [rarest, 1], nice: false },
    axis: { values: shares, labelExpr: "format(datum.value * 100, '~r')" },
  }
}

const linearShares = ({ commonest }: Survival): ChartSpec => ({
  scale: { domain: [0, rounded(commonest)], nice: true },
  axis: { tickCount: 5, labelExpr: "format(datum.value * 100, '~r')" },
})

function linearValues({ most }: Survival): ChartSpec {
  return { scale: { domain: [0, rounded(most > 0 ? most : 1)], nice: true }, axis: { tickCount: 8, labelExpr: PLAIN_LABELS } }
}

function logarithmicValues({ rows, most }: Survival, width: number): ChartSpec {
  const least = rows.reduce((smallest, row) => ((row.value as number) > 0 ? Math.min(smallest, row.value as number) : smallest), Infinity)
  const { low, high, ticks } = decades(Number.isFinite(least) ? least : 1, most, LABEL_ROOM / width, width < 500 ? [1] : [1, 2, 5])
  return { scale: { type: 'log', domain: [low, high], nice: false }, axis: { values: ticks, labelExpr: PLAIN_LABELS, grid: true } }
}

/** At the right end, at their heights. */
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

/** A domain just around the values with a share of room to the right, and ticks at round numbers within it. */
function decades(least: number, most: number, room: number, steps: readonly number[]): { low: number; high: number; ticks: number[] } {
  const low = least / 1.1
  const end = Math.max(most, low * 2)
  const high = end * Math.exp((Math.log(end / low) * room) / (1 - room))
  const ticks: number[] = []
  for (let exponent = -6; exponent <= 9; exponent++) {
    // Read from text, so that 3e-1 is 0.3 and not 3 * 0.1.
    for (const step of steps) {
      const tick = Number(`${step}e${exponent}`)
      if (tick >= low && tick <= high) ticks.push(tick)
    }
  }
  // Many decades: keep the powers of ten only. Few ticks on a narrow axis: the finest steps again.
  const shown = ticks.length > 14 ? ticks.filter((tick) => String(tick).replace(/[0.]/g, '') === '1' || /^1e/.test(String(tick))) : ticks
  return shown.length < 2 && steps.length === 1
    ? decades(least, most, room, [1, 3])
    : { low: rounded(low), high: rounded(high), ticks: shown }
}
