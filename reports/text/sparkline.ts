/** Sparklines (E. Tufte 2006, Beautiful Evidence): a time series as one line of block characters of eight heights. */
import { formatNumber, withUnit } from '../format.ts'
import { runsOf } from '../study.ts'
import type { Study } from '../study.ts'

const EIGHTHS = '▁▂▃▄▅▆▇█'

/** One character per value, scaled from `low` to `high`; a blank for NaN. When `low` equals `high`, all values get the lowest block. */
export function sparkline(values: readonly number[], low: number, high: number): string {
  const step = (value: number): string => {
    if (Number.isNaN(value)) return ' '
    const share = high > low ? (value - low) / (high - low) : 0
    return EIGHTHS[Math.max(0, Math.min(EIGHTHS.length - 1, Math.floor(share * EIGHTHS.length)))]
  }
  return values.map(step).join('')
}

/** Columns of the time series that get a sparkline; timeseries.csv has all. */
export const SPARK_COLUMNS = [
  'demand',
  'misses',
  'ready',
  'nodes',
  'pending',
  'utilization',
  'allocation',
  'usage',
  'allocation-gpu',
  'stranded-gpu',
]

/** The sparklines of one column of the time series. */
export interface Spark {
  /** "nodes [nodes], 0 to 12". */
  readonly heading: string
  /** One per variant; empty when all values are equal (the heading then has the value). */
  readonly lines: readonly string[]
}

/**
 * The sparklines of a study: means over replications and over equal intervals of time after time zero, at most `maxCells` of them and not
 * more than there are samples. All variants share a scale, so that their lines can be compared. Empty when nothing was sampled.
 */
export function sparksOf(study: Study, columns: readonly string[], maxCells: number): Spark[] {
  const cells = Math.min(
    maxCells,
    study.runs.reduce((rows, { result }) => Math.max(rows, result.series.rows), 0),
  )
  return columns.flatMap((name): Spark[] => {
    const found = study.runs.flatMap(({ result }) => result.series.columns.filter((column) => column.name === name))
    if (found.length === 0) return []
    const means = study.variants.map((_, variant) => meansOf(study, variant, name, cells))
    const all = means.flat().filter((value) => !Number.isNaN(value))
    if (all.length === 0) return []
    const low = all.reduce((min, value) => Math.min(min, value), Infinity)
    const high = all.reduce((max, value) => Math.max(max, value), -Infinity)
    const heading = withUnit(found[0].label, found[0].unit)
    if (low === high) return [{ heading: `${heading}: always ${formatNumber(low)}`, lines: [] }]
    return [
      { heading: `${heading}, ${formatNumber(low)} to ${formatNumber(high)}`, lines: means.map((values) => sparkline(values, low, high)) },
    ]
  })
}

function meansOf(study: Study, variant: number, name: string, cells: number): number[] {
  const sums = new Float64Array(cells)
  const counts = new Float64Array(cells)
  const runs = runsOf(study, variant).map(({ result: { series } }) => ({
    times: series.columns.find(({ role }) => role === 'time')?.values,
    values: series.columns.find((column) => column.name === name)?.values,
  }))
  const end = runs.reduce(
    (max, { times }) => (times instanceof Float64Array && times.length > 0 ? Math.max(max, times[times.length - 1]) : max),
    0,
  )
  for (const { times, values } of runs) {
    if (!(times instanceof Float64Array) || !(values instanceof Float64Array)) continue
    for (let i = 0; i < times.length; i++) {
      if (!(times[i] > 0) || Number.isNaN(values[i])) continue
      // A sample describes the step that ends at its time, so the last one belongs to the last cell.
      const cell = Math.min(cells - 1, Math.max(0, Math.ceil((times[i] * cells) / end) - 1))
      sums[cell] += values[i]
      counts[cell]++
    }
  }
  return Array.from(sums, (sum, cell) => (counts[cell] > 0 ? sum / counts[cell] : NaN))
}
