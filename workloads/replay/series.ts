/** A recorded rate: intervals of time, and the number of arrivals in each. */
import { ColumnTable } from '../../sim/index.ts'
import { drawBlocks, type BootstrapSpec } from '../shape/bootstrap.ts'
import { TraceError } from '../traces/error.ts'
import type { RateRows, UsageRows } from '../traces/trace.ts'
import type { RandomStream } from '../../sim/random/index.ts'

/** Most intervals of a series, which take 240 MB; a year by the second has 31 million and should be replayed in parts. */
const MAX_INTERVALS = 10_000_000

/** Intervals (pieces) in the order of time, without overlap; times [µs]. Gaps between them were not recorded and have no arrivals. */
export interface RateSeries {
  readonly from: Float64Array
  readonly to: Float64Array
  /** Number of arrivals; for a level, level × seconds. */
  readonly count: Float64Array
  /** What was not recorded, a sentence each. */
  readonly notes?: readonly string[]
}

/** A series that is being built, a row per piece. */
class Pieces extends ColumnTable {
  length = 0
  private readonly from = this.column(Float64Array)
  private readonly to = this.column(Float64Array)
  private readonly count = this.column(Float64Array)

  add(from: number, to: number, count: number): void {
    const row = this.length++
    this.reserve(this.length)
    this.from[row] = from
    this.to[row] = to
    this.count[row] = count
  }

  get series(): RateSeries {
    const whole = (column: Float64Array): Float64Array => column.slice(0, this.length)
    return { from: whole(this.from), to: whole(this.to), count: whole(this.count) }
  }
}

/** The series of recorded counts. */
export function seriesOfRates(rows: RateRows): RateSeries {
  const pieces = new Pieces()
  for (let row = rows.next(); row !== undefined; row = rows.next()) {
    if (pieces.length === MAX_INTERVALS) throw tooMany(rows.file, row.line)
    pieces.add(row.arrival, row.arrival + row.length, row.count)
  }
  return { ...pieces.series, notes: rows.notes() }
}

/**
 * The series of the sum of several levels, where a unit of the level is one request per second. The grid has the length of the first
 * sample; each sample is spread over the cells that it covers. Where no level was measured it counts as 0.
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
    notes: rows.notes(),
  }
}

/** The series repeated `times` times, back to back. */
export function repeatedSeries(series: RateSeries, times: number): RateSeries {
  if (times === 1) return series
  const { length } = series.from
  if (length * times > MAX_INTERVALS)
    throw new RangeError(`repeat: found ${times} passes of ${length} intervals; accepted: at most ${MAX_INTERVALS} intervals in all`)
  const period = endOf(series)
  const repeated = (column: Float64Array, shift: number): Float64Array => {
    const made = new Float64Array(length * times)
    for (let i = 0; i < made.length; i++) made[i] = column[i % length] + Math.floor(i / length) * shift
    return made
  }
  return { from: repeated(series.from, period), to: repeated(series.to, period), count: repeated(series.count, 0) }
}

function tooMany(file: string, line: number): TraceError {
  return new TraceError(
    { file, line },
    `more than ${MAX_INTERVALS} intervals`,
    'a shorter series, since a replayed series is kept in memory',
  )
}

/** End of the last piece [µs]. */
export function endOf({ to }: RateSeries): number {
  return to.length === 0 ? 0 : to[to.length - 1]
}

/** A series resampled by blocks; pieces are cut at the edges of blocks. */
export function bootstrappedSeries(series: RateSeries, { block }: BootstrapSpec, stream: RandomStream): RateSeries {
  const period = endOf(series)
  const { starts, length } = drawBlocks(period, block, stream)
  const pieces = new Pieces()
  starts.forEach((start, i) => {
    const covered = Math.min(block, length - i * block)
    // Blocks of less than a day wrap around the end.
    for (const [begin, end, shift] of [
      [start, Math.min(start + covered, period), i * block - start],
      [0, start + covered - period, i * block - start + period],
    ]) {
      for (let piece = firstAfter(series, begin); piece < series.from.length && series.from[piece] < end; piece++) {
        const first = Math.max(begin, series.from[piece])
        const last = Math.min(end, series.to[piece])
        const count = (series.count[piece] * (last - first)) / (series.to[piece] - series.from[piece])
        pieces.add(first + shift, last + shift, count)
      }
    }
  })
  return pieces.series
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
