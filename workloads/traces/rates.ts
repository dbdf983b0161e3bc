/**
 * The formats of counts per interval, in the order of time: nasa (per minute or second of a web server's log), nab and nab-level (with the
 * time at which each interval begins). Sources: NASA-HTTP, Kennedy Space Center 1995 (Internet Traffic Archive: J. Dumoulin, M. Arlitt, C. Williamson); Lavin and Ahmad 2015,
 * Evaluating Real-time Anomaly Detection Algorithms: the Numenta Anomaly Benchmark, ICMLA.
 */
import { TraceError } from './error.ts'
import { hasColumns, type RowFormat } from './format.ts'
import type { Lines } from './lines.ts'
import { Table } from './table.ts'
import type { RateRow, RateRows, UsageRow, UsageRows } from './trace.ts'

const MAX_VALUE = 1e12
const MINUTES = ['minute', 'requests']
const SECONDS = ['second', 'requests']
/** A year of seconds, and 190 years of minutes. */
const MAX_INTERVALS = 1e8

export const nasa: RowFormat<'rates'> = {
  name: 'nasa',
  kind: 'rates',
  title: 'requests per minute or per second',
  columns: ['minute | second', 'requests'],
  source: 'NASA-HTTP 1995, Internet Traffic Archive',
  fits: (line) => hasColumns(line, MINUTES, SECONDS),
  open(lines) {
    const table = new Table(lines, MINUTES, SECONDS)
    const { row } = table
    const length = table.kind === 0 ? 60e6 : 1e6
    const into: RateRow = { line: 0, arrival: 0, length, count: 0 }
    let end = 0
    return {
      file: lines.file,
      next() {
        if (!table.next()) return undefined
        into.line = row.line
        into.arrival = row.whole(0, MAX_INTERVALS) * length
        if (into.arrival < end) row.refuse(0, `at least ${end / length}, since rows are in the order of time`)
        end = into.arrival + length
        into.count = row.amount(1, MAX_VALUE)
        return into
      },
      notes: () => [],
    }
  },
}

const VALUES = ['timestamp', 'value']

export const nab: RowFormat<'rates'> = {
  name: 'nab',
  kind: 'rates',
  title: 'counts per interval, each with the time at which it begins',
  columns: VALUES,
  source: 'Lavin and Ahmad 2015, Numenta Anomaly Benchmark, ICMLA',
  fits: (line) => hasColumns(line, VALUES),
  open: nabCounts,
}

/** The same columns, where a value is a level and not a count. */
export const nabLevel: RowFormat<'usage'> = {
  name: 'nab-level',
  kind: 'usage',
  title: 'a level over time, such as the size of a group',
  columns: VALUES,
  source: 'Lavin and Ahmad 2015, Numenta Anomaly Benchmark, ICMLA',
  fits: (line) => hasColumns(line, VALUES),
  open(lines): UsageRows {
    const rows = nabCounts(lines)
    const into: UsageRow = { line: 0, arrival: 0, length: 0, series: 0, value: 0 }
    return {
      file: rows.file,
      series: ['value'],
      unit: '',
      next() {
        const row = rows.next()
        if (row === undefined) return undefined
        into.line = row.line
        into.arrival = row.arrival
        into.length = row.length
        into.value = row.count
        return into
      },
      notes: rows.notes,
    }
  },
}

function nabCounts(lines: Lines): RateRows {
  const table = new Table(lines, VALUES)
  const { row } = table
  return counts(
    table,
    () => row.instant(0),
    () => row.amount(1, MAX_VALUE),
  )
}

/**
 * Counts of a table whose first column is the time. The first gap is the length of the intervals; in longer gaps intervals are missing. One row is
 * read ahead, so that a shorter gap is noticed.
 */
export function counts(table: Table, timeOf: () => number, countOf: () => number): RateRows {
  const { row, file } = table
  const into: RateRow = { line: 0, arrival: 0, length: 0, count: 0 }
  const ahead = { line: 0, time: 0, count: 0 }
  const read = (): boolean => {
    if (!table.next()) return false
    ahead.line = row.line
    ahead.time = timeOf()
    ahead.count = countOf()
    return true
  }
  let more = read()
  const zero = ahead.time
  let length = 0
  let missing = 0
  return {
    file,
    next() {
      if (!more) return undefined
      const { line, time, count } = ahead
      more = read()
      if (more) {
        const gap = ahead.time - time
        if (length === 0) length = gap
        if (gap <= 0) row.refuse(0, 'a time after that of the row before')
        if (gap < length) row.refuse(0, `a time at least ${length / 1e6} s after that of the row before, as in the first two rows`)
        missing += Math.round(gap / length) - 1
      }
      if (length === 0) throw new TraceError({ file, line }, 'a single row', 'at least two rows, which define the length of an interval')
      into.line = line
      into.arrival = time - zero
      into.length = length
      into.count = count
      return into
    },
    notes: () => (missing === 0 ? [] : [`${missing} intervals are missing between rows; they have no arrivals`]),
  }
}
