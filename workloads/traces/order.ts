/** Rows in the order of their times, out of a file that is nearly in that order: a window of rows is held, and the earliest of them is given. */
import { TraceError } from './error.ts'
import type { TraceRows } from './trace.ts'

/**
 * A file may be so many rows out of order. A log is mostly written when something ends, so what runs long stands late: the window must
 * hold all that ends while it runs. Rows are small, so it is some megabytes; a file that needs more is refused with the row.
 */
export const WINDOW = 65_536

interface Row {
  line: number
  arrival: number
}

/** How rows come out of a file. */
export interface RowReader<R> {
  /** A row to be filled. */
  make(): R
  /** Fills a row; false at the end. */
  read(into: R): boolean
  notes?(): readonly string[]
}

/** A binary heap by arrival, then line. Plainly one would sort the whole file; this holds the window only, and its rows are used again. */
export class OrderedRows<R extends Row> implements TraceRows<R> {
  readonly file: string
  private readonly reader: RowReader<R>
  private readonly column: string
  private readonly window: number
  private readonly heap: R[] = []
  /** The row to be filled next: the one that was given last. */
  private free: R
  private given = -Infinity
  private ended = false

  /** `column` is named when a row comes too late for the window. */
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
    // From here on one comes and one goes.
    const first = heap[0]
    if (first === undefined) return undefined
    this.given = first.arrival
    const last = heap.pop() as R
    if (heap.length > 0) this.sink(last)
    this.free = first
    return first
  }

  notes(): readonly string[] {
    return this.reader.notes?.() ?? []
  }

  /** Puts another row into the heap; false when there is none. */
  private filled(): boolean {
    const row = this.free
    if (!this.reader.read(row)) {
      this.ended = true
      return false
    }
    if (row.arrival < this.given) {
      const found = `a row at ${row.arrival / 1e6} s after one at ${this.given / 1e6} s was due`
      throw new TraceError(
        { file: this.file, line: row.line, column: this.column },
        found,
        `rows in the order of their times, or at most ${this.window} rows out of it`,
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
