import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ChangeLog } from './log.ts'
import type { LogCursor, Subject } from './views.ts'

const append = (log: ChangeLog, count: number): void => {
  for (let i = 0; i < count; i++) log.append((log.version % 7) as Subject, log.version, log.version * 3)
}

/** Reads to the end (or `upTo`) and checks that entries come in order, each with its own content. */
const read = (cursor: LogCursor, upTo?: number): number => {
  let count = 0
  let expected = cursor.position
  while (cursor.next(upTo)) {
    // Plainly one expect per entry; a hundred thousand of them take seconds.
    const { subject, row, value } = cursor
    if (subject !== expected % 7 || row !== expected || value !== expected * 3)
      throw new Error(`entry ${expected} reads ${subject}, ${row}, ${value}`)
    expected++
    count++
  }
  return count
}

describe('the log', () => {
  it('is read from where the cursor was opened, up to a version or to the present', () => {
    const log = new ChangeLog()
    append(log, 10)
    const cursor = log.open()
    append(log, 10)
    expect(cursor.behind).toBe(10)
    expect(read(cursor, 15)).toBe(5)
    expect(read(cursor, 15)).toBe(0)
    expect(cursor.position).toBe(15)
    expect(read(cursor)).toBe(5)
    expect(cursor.next()).toBe(false)
  })
  it('drops what every cursor has passed: a million entries in 4,096 places', () => {
    const log = new ChangeLog()
    const cursors = [log.open(), log.open()]
    for (let i = 0; i < 1000; i++) {
      append(log, 1000)
      for (const cursor of cursors) expect(cursor.behind).toBe(1000)
      cursors[0].skip()
      while (cursors[1].next()) continue
    }
    expect(log.version).toBe(1_000_000)
    expect(log.subject.length).toBe(4096)
  })
  it('without a reader it keeps nothing', () => {
    const log = new ChangeLog()
    append(log, 100_000)
    expect(log.subject.length).toBe(4096)
  })
  it('grows for a reader that lags, and loses nothing', () => {
    const log = new ChangeLog()
    const slow = log.open()
    const fast = log.open()
    for (let i = 0; i < 100; i++) {
      append(log, 1000)
      read(fast)
    }
    expect(log.subject.length).toBe(131_072)
    expect(read(slow)).toBe(100_000)
  })
  it('drops what only a closed cursor had not read', () => {
    const log = new ChangeLog()
    const left = log.open()
    append(log, 5)
    left.close()
    append(log, 100_000)
    expect(log.subject.length).toBe(4096)
    expect(left.next()).toBe(false)
    expect(left.behind).toBe(0)
    left.skip()
    expect(left.next()).toBe(false)
  })
  it('a reader with a horizon never reads beyond it, and starts at it', () => {
    const log = new ChangeLog()
    const keeper = log.open()
    append(log, 10)
    const horizon = { version: 4 }
    const cursor = log.open(horizon)
    expect(cursor.next()).toBe(false)
    horizon.version = 7
    expect(cursor.behind).toBe(3)
    expect(read(cursor)).toBe(3)
    keeper.skip()
    cursor.close()
    append(log, 10_000)
    expect(() => log.open(horizon)).toThrow(/version 7 has been dropped/)
  })
  it('gives every reader everything, whatever the order of appending, reading, opening and closing', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('append' as const), count: fc.integer({ min: 1, max: 3000 }) }),
      fc.record({ kind: fc.constant('read' as const), count: fc.integer({ min: 0, max: 5000 }) }),
      fc.record({ kind: fc.constantFrom('open' as const, 'close' as const), count: fc.constant(0) }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const log = new ChangeLog()
        const readers: { cursor: LogCursor; position: number }[] = []
        let turn = 0
        for (const { kind, count } of steps) {
          const at = readers.length === 0 ? -1 : turn++ % readers.length
          if (kind === 'append') append(log, count)
          else if (kind === 'open') readers.push({ cursor: log.open(), position: log.version })
          else if (at >= 0 && kind === 'close') readers.splice(at, 1)[0].cursor.close()
          else if (at >= 0) {
            const reader = readers[at]
            const wanted = Math.min(count, log.version - reader.position)
            for (let i = 0; i < wanted; i++) {
              if (!reader.cursor.next() || reader.cursor.row !== reader.position)
                throw new Error(`read ${reader.cursor.row} instead of ${reader.position}`)
              reader.position++
            }
          }
        }
        for (const { cursor, position } of readers) {
          expect(cursor.position).toBe(position)
          expect(read(cursor)).toBe(log.version - position)
        }
      }),
      { seed: 2, numRuns: 60 },
    )
  })
})
