/** Sorts the rows of a file that is nearly in the order of their times: of a window of rows the earliest is returned. */
import { TraceError } from './error.ts'
import type { TraceRows } from './trace.ts'

/**
 * Rows in the window. Most logs are written when something ends, so a long job is late in the file: the window must hold all rows that end
 * while it runs. It takes a few megabytes. A file that needs a larger window is refused, with the row.
 */
export const WINDOW = 65_536

interface Row {
  line: number
  arrival: number
}

/** Reads rows in the order of the file. */
export interface RowReader<R> {
  /** A row to be filled. */
  make(): R
  /** Fills a row; false at the end. */
  read(into: R): boolean
  notes?(): readonly string[]
}

/** A binary heap of rows by arrival, then line. Only the window is in memory, and its row objects are reused. */
export class OrderedRows<R extends Row> implements TraceRows<R> {
  readonly file: string
  private readonly reader: RowReader<R>
  private readonly column: string
  private readonly window: number
  private readonly heap: R[] = []
  /** The row object to be filled next: the one returned last. */
  private free: R
  private returned = -Infinity
  private ended = false

  /** `column` is named in the error of a row that is too late for the window. */
  constructor(file: string, reader: RowReader<R>, column: string, window: number = WINDOW) {
    this.file = file
    this.reader = reader
    this.column = column
    this.window = window
    this.free = reader.make()
  }

  next(): R | undefined {
    const { heap } = this
    while (!this.ended && heap.length < this.window) {
      if (this.filled()) this.free = this.reader.make()
    }
    const first = heap[0]
    if (first === undefined) return undefined
    this.returned = first.arrival
    const last = heap.pop() as R
    if (heap.length > 0) this.sink(last)
    this.free = first
    return first
  }

  notes(): readonly string[] {
    return this.reader.notes?.() ?? []
  }

  /** Reads a row into the heap; false at the end of the file. */
  private filled(): boolean {
    const row = this.free
    if (!this.reader.read(row)) {
      this.ended = true
      return false
    }
    if (row.arrival < this.returned) {
      const found = `a row at ${row.arrival / 1e6} s after the row at ${this.returned / 1e6} s had been used`
      throw new TraceError(
        { file: this.file, line: row.line, column: this.column },
        found,
        `rows in the order of their times, or at most ${this.window} rows out of order`,
      )
    }
    this.rise(row)
    return true
  }

  private rise(row: R): void {
    const { heap } = this
    let at = heap.push(row) - 1
    while (at > 0) {
      const parent = (at - 1) >>> 1
      if (!before(row, heap[parent])) break
      heap[at] = heap[parent]
      at = parent
    }
    heap[at] = row
  }

  private sink(row: R): void {
    const { heap } = this
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && before(heap[child + 1], heap[child])) child++
      if (!before(heap[child], row)) break
      heap[at] = heap[child]
      at = child
    }
    heap[at] = row
  }
}

function before(a: Row, b: Row): boolean {
  return a.arrival < b.arrival || (a.arrival === b.arrival && a.line < b.line)
}
