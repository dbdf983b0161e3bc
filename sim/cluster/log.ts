/**
 * The log of all changes of the cluster, in order, for readers with a cursor: indexes, queueing hints, stale views, endpoints, checks. An
 * entry is kept until the slowest open cursor has passed it; the columns are compacted when they are full, and grow only when a reader lags.
 *
 * An entry has no time: a reader that lags by a delay remembers the version at the start of the delay (in an event), which costs nothing per
 * entry and cannot contradict the order of events.
 */
import { ColumnTable } from '../common/table.ts'
import { Subject } from './views.ts'
import type { LogCursor, LogView } from './views.ts'

/** The entries as columns, and the cursors that are open on them. */
export class ChangeLog extends ColumnTable implements LogView {
  version = 0
  /** Version of the entry in row 0. */
  base = 0
  readonly subject = this.kinds<Subject>(Subject.NodeAdded)
  readonly row = this.column(Int32Array)
  readonly value = this.column(Float64Array)
  private readonly cursors: Cursor[] = []

  constructor() {
    super(4096)
  }

  append(subject: Subject, row: number, value: number): void {
    let place = this.version - this.base
    if (place === this.subject.length) {
      this.compact()
      place = this.version - this.base
    }
    this.subject[place] = subject
    this.row[place] = row
    this.value[place] = value
    this.version++
  }

  /** A reader that starts at the version of `horizon` (the log itself, or a stale view) and never reads beyond it. */
  open(horizon: { readonly version: number } = this): LogCursor {
    if (horizon.version < this.base) throw new Error(`the log starts at version ${this.base}: version ${horizon.version} has been dropped`)
    const cursor = new Cursor(this, horizon)
    this.cursors.push(cursor)
    return cursor
  }

  forget(cursor: Cursor): void {
    const at = this.cursors.indexOf(cursor)
    if (at >= 0) this.cursors.splice(at, 1)
  }

  private compact(): void {
    let slowest = this.version
    for (const cursor of this.cursors) slowest = Math.min(slowest, cursor.position)
    const length = this.subject.length
    const forgotten = slowest - this.base
    if (forgotten > 0) {
      this.subject.copyWithin(0, forgotten, length)
      this.row.copyWithin(0, forgotten, length)
      this.value.copyWithin(0, forgotten, length)
      this.base = slowest
    }
    // Less than half was freed: the next compaction would follow too soon, so the columns grow.
    if (forgotten * 2 < length) this.reserve(length * 2)
  }
}

class Cursor implements LogCursor {
  position: number
  subject: Subject = Subject.NodeAdded
  row = 0
  value = 0
  private readonly log: ChangeLog
  private readonly horizon: { readonly version: number }

  constructor(log: ChangeLog, horizon: { readonly version: number }) {
    this.log = log
    this.horizon = horizon
    this.position = horizon.version
  }

  get behind(): number {
    return Math.max(0, this.horizon.version - this.position)
  }

  next(upTo = Infinity): boolean {
    const { log, position } = this
    if (position >= upTo || position >= this.horizon.version) return false
    const place = position - log.base
    this.subject = log.subject[place]
    this.row = log.row[place]
    this.value = log.value[place]
    this.position = position + 1
    return true
  }

  skip(): void {
    this.position = Math.max(this.position, this.horizon.version)
  }

  /** What the cursor has not read may be dropped. */
  close(): void {
    this.log.forget(this)
    this.position = Infinity
  }
}
