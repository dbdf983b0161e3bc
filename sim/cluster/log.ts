/**
 * Everything that happened to the cluster, in order, for readers with a cursor: indexes, hints, stale views, endpoints, checks. Entries are
 * kept until the slowest open cursor has passed; the columns are compacted when full, and grow only when a reader lags.
 */
import { grown } from '../columns.ts'
import type { LogCursor, LogView } from './views.ts'

const FIRST = 4096

export class ChangeLog implements LogView {
  version = 0
  /** Version of the entry at place 0. */
  base = 0
  subject = new Uint8Array(FIRST)
  row = new Int32Array(FIRST)
  value = new Float64Array(FIRST)
  private readonly cursors: Cursor[] = []

  append(subject: number, row: number, value: number): void {
    let place = this.version - this.base
    if (place === this.subject.length) {
      this.makeRoom()
      place = this.version - this.base
    }
    this.subject[place] = subject
    this.row[place] = row
    this.value[place] = value
    this.version++
  }

  /** Takes the entries since `version` back: a refused transaction leaves no trace. Nobody may have read them. */
  takeBack(version: number): void {
    this.version = version
  }

  open(): LogCursor {
    const cursor = new Cursor(this)
    this.cursors.push(cursor)
    return cursor
  }

  forget(cursor: Cursor): void {
    const at = this.cursors.indexOf(cursor)
    if (at >= 0) this.cursors.splice(at, 1)
  }

  private makeRoom(): void {
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
    // Less than half came free: the next compaction would come too soon, so the columns grow.
    if (forgotten * 2 >= length) return
    this.subject = grown(this.subject, length * 2)
    this.row = grown(this.row, length * 2)
    this.value = grown(this.value, length * 2)
  }
}

class Cursor implements LogCursor {
  position: number
  subject = 0
  row = 0
  value = 0

  private readonly log: ChangeLog

  constructor(log: ChangeLog) {
    this.log = log
    this.position = log.version
  }

  get behind(): number {
    return this.log.version - this.position
  }

  next(upTo: number = this.log.version): boolean {
    const { log, position } = this
    if (position >= upTo || position >= log.version) return false
    const place = position - log.base
    this.subject = log.subject[place]
    this.row = log.row[place]
    this.value = log.value[place]
    this.position = position + 1
    return true
  }

  skip(): void {
    this.position = this.log.version
  }

  close(): void {
    this.log.forget(this)
  }
}
