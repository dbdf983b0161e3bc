/** Recorded requests in the order of their arrival: read from the file one by one, or from columns when they are resampled. */
import { NONE, ColumnTable } from '../../sim/index.ts'
import { BootstrappedRows } from '../shape/bootstrap.ts'
import type { BootstrapSpec } from '../shape/bootstrap.ts'
import { RowTimeline, spanOf } from '../shape/timeline.ts'
import { NEVER } from '../synthetic/arrivals.ts'
import { TraceError } from '../traces/error.ts'
import type { RequestRows } from '../traces/trace.ts'
import type { RandomStream } from '../../sim/random/index.ts'

/** Most rows of a recording that is resampled, which needs them all in memory: about 400 MB. */
const MAX_ROWS = 10_000_000

/** A cursor over recorded requests. */
export interface RecordedRequests {
  /** Moves to the next request and returns its arrival [µs]; Infinity at the end. */
  next(): number
  readonly sizes: ArrayLike<number>
  readonly key: number
  /** Identities of the parts that a server can cache, leading parts first. */
  readonly blocks: readonly number[]
}

const NO_BLOCKS: readonly number[] = []

/** Requests read from the file, with the memory of a window of rows. */
export class StreamedRequests implements RecordedRequests {
  sizes: ArrayLike<number> = []
  key = NONE
  blocks = NO_BLOCKS
  private readonly rows: RequestRows

  constructor(rows: RequestRows) {
    this.rows = rows
  }

  next(): number {
    const row = this.rows.next()
    if (row === undefined) return Infinity
    this.sizes = row.sizes
    this.key = row.key
    this.blocks = row.blocks
    return row.arrival
  }
}

/** Passes over the recording, back to back at its rate: a pass starts a mean gap after the last request of the pass before. Each pass reads the file again. */
export class RepeatedRequests implements RecordedRequests {
  private recorded: RecordedRequests
  private readonly open: () => RecordedRequests
  private readonly times: number
  private done = 0
  private shift = 0
  private count = 0
  private begin = 0
  private last = 0
  /** Length of a pass [µs], known when the first one has ended. */
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

  get blocks(): readonly number[] {
    return this.recorded.blocks
  }
}

/** Requests in columns; the sizes of a request are back to back. */
export interface RequestColumns {
  readonly arrival: Float64Array
  readonly sizes: Float64Array
  readonly key: Float64Array
  /** By request; empty: the recording has none. */
  readonly blocks: readonly (readonly number[])[]
}

class RequestTable extends ColumnTable {
  readonly arrival = this.column(Float64Array)
  readonly key = this.column(Float64Array)
  readonly sizes: Float64Array

  constructor(sizes: number) {
    super()
    this.sizes = this.column(Float64Array, 0, sizes)
  }
}

/** Reads all requests. Throws a TraceError when there are too many. */
export function columnsOf(rows: RequestRows): RequestColumns {
  const width = rows.sizeNames.length
  const table = new RequestTable(width)
  const blocks: (readonly number[])[] = []
  let count = 0
  for (let row = rows.next(); row !== undefined; row = rows.next()) {
    if (count === MAX_ROWS)
      throw new TraceError(
        { file: rows.file, line: row.line },
        `more than ${MAX_ROWS} rows`,
        'a shorter trace, or no bootstrap, which needs all rows in memory',
      )
    table.reserve(count + 1)
    table.arrival[count] = row.arrival
    table.key[count] = row.key
    if (row.blocks.length > 0) blocks[count] = row.blocks
    for (let i = 0; i < width; i++) table.sizes[count * width + i] = row.sizes[i]
    count++
  }
  return { arrival: table.arrival.slice(0, count), sizes: table.sizes.slice(0, count * width), key: table.key.slice(0, count), blocks }
}

/** Requests resampled by blocks. Keys stay as recorded, so a block that is drawn twice has the same clients twice. */
export class BootstrappedRequests implements RecordedRequests {
  readonly sizes: Float64Array
  key = NONE
  blocks = NO_BLOCKS
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
    this.blocks = this.columns.blocks[row] ?? NO_BLOCKS
    return time
  }
}
