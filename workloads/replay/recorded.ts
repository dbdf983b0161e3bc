/** Recorded requests in the order of their arrival: out of the file one by one, or out of columns when they are resampled. */
import { BootstrappedRows } from '../shape/bootstrap.ts'
import type { BootstrapSpec } from '../shape/bootstrap.ts'
import { RowTimeline, spanOf } from '../shape/timeline.ts'
import { NEVER } from '../synthetic/arrivals.ts'
import { TraceError } from '../traces/error.ts'
import type { RequestRows } from '../traces/trace.ts'
import type { RandomStream } from '../../sim/random/index.ts'

/** Resampling needs all rows at hand; so many take about 400 MB. */
const MAX_ROWS = 10_000_000

export interface RecordedRequests {
  /** Moves to the next one and returns its arrival [µs]; Infinity at the end. */
  next(): number
  readonly sizes: ArrayLike<number>
  readonly key: number
}

/** Memory for a window of rows, whatever the length of the file. */
export class StreamedRequests implements RecordedRequests {
  sizes: ArrayLike<number> = []
  key = -1
  private readonly rows: RequestRows

  constructor(rows: RequestRows) {
    this.rows = rows
  }

  next(): number {
    const row = this.rows.next()
    if (row === undefined) return Infinity
    this.sizes = row.sizes
    this.key = row.key
    return row.arrival
  }
}

/** One after the other, at the rate of the recording: a pass begins a mean gap after the last request of the one before. Each pass reads the file anew. */
export class RepeatedRequests implements RecordedRequests {
  private recorded: RecordedRequests
  private readonly open: () => RecordedRequests
  private readonly times: number
  private done = 0
  private shift = 0
  private count = 0
  private begin = 0
  private last = 0
  /** Known when the first pass is through. */
  private span = 0

  constructor(open: () => RecordedRequests, times: number) {
    this.open = open
    this.times = times
    this.recorded = open()
  }

  next(): number {
    let time = this.recorded.next()
    while (time === Infinity && this.done < this.times - 1) {
      if (this.done++ === 0) this.span = spanOf(this.begin, this.last, this.count)
      this.shift += this.span
      this.recorded = this.open()
      time = this.recorded.next()
    }
    if (this.done === 0 && time < Infinity) {
      if (this.count++ === 0) this.begin = time
      this.last = time
    }
    return time + this.shift < NEVER ? time + this.shift : Infinity
  }

  get sizes(): ArrayLike<number> {
    return this.recorded.sizes
  }

  get key(): number {
    return this.recorded.key
  }
}

export interface RequestColumns {
  readonly arrival: Float64Array
  /** Row by row, as many as there are names. */
  readonly sizes: Float64Array
  readonly key: Float64Array
}

export function columnsOf(rows: RequestRows): RequestColumns {
  const arrival: number[] = []
  const sizes: number[] = []
  const key: number[] = []
  for (let row = rows.next(); row !== undefined; row = rows.next()) {
    if (arrival.length === MAX_ROWS)
      throw new TraceError(
        { file: rows.file, line: row.line },
        `more than ${MAX_ROWS} rows`,
        'a shorter trace, or no bootstrap, which needs all rows at hand',
      )
    arrival.push(row.arrival)
    sizes.push(...row.sizes)
    key.push(row.key)
  }
  return { arrival: Float64Array.from(arrival), sizes: Float64Array.from(sizes), key: Float64Array.from(key) }
}

/** Keys stay as recorded, so a block that comes twice brings the same clients twice. */
export class BootstrappedRequests implements RecordedRequests {
  readonly sizes: Float64Array
  key = -1
  private readonly columns: RequestColumns
  private readonly rows: BootstrappedRows

  constructor(columns: RequestColumns, sizes: number, { block }: BootstrapSpec, stream: RandomStream) {
    this.columns = columns
    this.sizes = new Float64Array(sizes)
    this.rows = new BootstrappedRows(columns.arrival, new RowTimeline(columns.arrival).span, block, stream)
  }

  next(): number {
    const time = this.rows.next()
    if (time === Infinity) return Infinity
    const { row } = this.rows
    for (let i = 0; i < this.sizes.length; i++) this.sizes[i] = this.columns.sizes[row * this.sizes.length + i]
    this.key = this.columns.key[row]
    return time
  }
}
