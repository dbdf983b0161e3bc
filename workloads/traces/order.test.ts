import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { OrderedRows } from './order.ts'
import { TraceError } from './error.ts'

interface Row {
  line: number
  arrival: number
}

function ordered(times: readonly number[], window?: number): OrderedRows<Row> {
  let at = 0
  const reader = {
    make: () => ({ line: 0, arrival: 0 }),
    read(into: Row): boolean {
      if (at === times.length) return false
      into.arrival = times[at++]
      into.line = at
      return true
    },
  }
  return new OrderedRows('some.csv', reader, 'submit_s', window)
}

function all(rows: OrderedRows<Row>): [number, number][] {
  const out: [number, number][] = []
  for (let row = rows.next(); row !== undefined; row = rows.next()) out.push([row.arrival, row.line])
  return out
}

/** The slow obvious twin. */
const sorted = (times: readonly number[]): [number, number][] =>
  times.map((time, i): [number, number] => [time, i + 1]).sort((a, b) => a[0] - b[0] || a[1] - b[1])

describe('rows in the order of their times', () => {
  test('with a window as long as the file: a stable sort of it', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { maxLength: 50 }), (times) => {
        expect(all(ordered(times, 50))).toEqual(sorted(times))
      }),
      { numRuns: 500, seed: 3 },
    )
  })

  test('with any window: the same, or a row that is named because more than the window stand between it and its place', () => {
    let refused = 0
    fc.assert(
      fc.property(fc.array(fc.nat(30), { maxLength: 40 }), fc.integer({ min: 1, max: 6 }), (times, window) => {
        // Row i is too late when more than `window - 1` rows before it are later than it: one of those has been given then.
        const late = times.findIndex((time, i) => times.slice(0, i).filter((earlier) => earlier > time).length >= window)
        try {
          expect(all(ordered(times, window))).toEqual(sorted(times))
          expect(late).toBe(-1)
        } catch (error) {
          if (!(error instanceof TraceError)) throw error
          refused++
          expect(error.line).toBe(late + 1)
          expect(error.column).toBe('submit_s')
        }
      }),
      { numRuns: 2000, seed: 4 },
    )
    expect(refused).toBeGreaterThan(200)
  })

  test('the message says which row, and how far out of order a file may be', () => {
    expect(() => all(ordered([1e6, 3e6, 2e6], 1))).toThrow(
      'some.csv:3, column submit_s: found a row at 2 s after the row at 3 s had been used; accepted: rows in the order of their times, or at most 1 rows out of order',
    )
  })
})
