/** A rate that was recorded: pieces of time, and how many came in each. */
import { drawBlocks, type BootstrapSpec } from '../shape/bootstrap.ts'
import { TraceError } from '../traces/error.ts'
import type { RateRows, UsageRows } from '../traces/trace.ts'
import type { RandomStream } from '../../sim/random/index.ts'

/** So many pieces take 240 MB; a rate series of a year by the second has 31 million and should be read in parts. */
const MAX_INTERVALS = 10_000_000

/** Pieces in the order of time, none over another; times [µs]. What is between two of them was not recorded: nothing comes there. */
export interface RateSeries {
  readonly from: Float64Array
  readonly to: Float64Array
  /** How many came; for a level, level × seconds. */
  readonly count: Float64Array
}

export function seriesOfRates(rows: RateRows): RateSeries {
  const from: number[] = []
  const to: number[] = []
  const count: number[] = []
  for (let row = rows.next(); row !== undefined; row = rows.next()) {
    if (from.length === MAX_INTERVALS) throw tooMany(rows.file, row.line)
    from.push(row.arrival)
    to.push(row.arrival + row.length)
    count.push(row.count)
  }
  return { from: Float64Array.from(from), to: Float64Array.from(to), count: Float64Array.from(count) }
}

/**
 * The sum of several levels, each unit of which asks for one request a second: on a grid of the length of the first sample, each sample spread over
 * the cells that it covers. Where no series was measured the level is 0.
 */
export function seriesOfUsage(rows: UsageRows): RateSeries {
  const cells: number[] = []
  let grid = 0
  for (let row = rows.next(); row !== undefined; row = rows.next()) {
    if (grid === 0) grid = row.length
    const end = row.arrival + row.length
    if (end / grid > MAX_INTERVALS) throw tooMany(rows.file, row.line)
    for (let cell = Math.floor(row.arrival / grid); cell * grid < end; cell++) {
      while (cells.length <= cell) cells.push(0)
      const covered = Math.min(end, (cell + 1) * grid) - Math.max(row.arrival, cell * grid)
      cells[cell] += (row.value * covered) / 1e6
    }
  }
  return {
    from: Float64Array.from(cells, (_, cell) => cell * grid),
    to: Float64Array.from(cells, (_, cell) => (cell + 1) * grid),
    count: Float64Array.from(cells),
  }
}

/** One after the other. */
export function repeatedSeries(series: RateSeries, times: number): RateSeries {
  if (times === 1) return series
  const { length } = series.from
  if (length * times > MAX_INTERVALS)
    throw new RangeError(`repeat: ${times} times ${length} intervals; accepted: at most ${MAX_INTERVALS} intervals in all`)
  const period = endOf(series)
  const repeated = (column: Float64Array, shift: number): Float64Array => {
    const made = new Float64Array(length * times)
    for (let i = 0; i < made.length; i++) made[i] = column[i % length] + Math.floor(i / length) * shift
    return made
  }
  return { from: repeated(series.from, period), to: repeated(series.to, period), count: repeated(series.count, 0) }
}

function tooMany(file: string, line: number): TraceError {
  return new TraceError({ file, line }, `more than ${MAX_INTERVALS} intervals`, 'a shorter series, since a series that is replayed is held')
}

/** End of the last piece [µs]. */
export function endOf({ to }: RateSeries): number {
  return to.length === 0 ? 0 : to[to.length - 1]
}

/** A new series out of blocks of one, pieces cut where blocks are. */
export function bootstrappedSeries(series: RateSeries, { block }: BootstrapSpec, stream: RandomStream): RateSeries {
  const period = endOf(series)
  const { starts, length } = drawBlocks(period, block, stream)
  const from: number[] = []
  const to: number[] = []
  const count: number[] = []
  starts.forEach((start, i) => {
    const room = Math.min(block, length - i * block)
    // Blocks of less than a day go round the end.
    for (const [begin, end, shift] of [
      [start, Math.min(start + room, period), i * block - start],
      [0, start + room - period, i * block - start + period],
    ]) {
      for (let piece = firstAfter(series, begin); piece < series.from.length && series.from[piece] < end; piece++) {
        const first = Math.max(begin, series.from[piece])
        const last = Math.min(end, series.to[piece])
        from.push(first + shift)
        to.push(last + shift)
        count.push((series.count[piece] * (last - first)) / (series.to[piece] - series.from[piece]))
      }
    }
  })
  return { from: Float64Array.from(from), to: Float64Array.from(to), count: Float64Array.from(count) }
}

/** The first piece that ends after a time. */
export function firstAfter({ to }: RateSeries, time: number): number {
  let low = 0
  let high = to.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (to[middle] <= time) low = middle + 1
    else high = middle
  }
  return low
}
