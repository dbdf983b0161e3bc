/** Reads any table that csv.ts wrote as rows of named values, for charts of users' own. */
import { CellReader } from './cells.ts'
import type { CsvPlace } from './cells.ts'

/** An error in a table, with its position. */
export class TableError extends Error {
  override readonly name = 'TableError'

  constructor(file: string, place: CsvPlace, message: string) {
    super(`${file}:${place.line}:${place.column}: ${message}`)
  }
}

/** A table that was read. */
export interface ReadTable {
  /** Headings without their unit: "latency-p99 [ms]" is `latency-p99`. Headings that would become equal keep it. */
  readonly columns: readonly string[]
  readonly rows: readonly Readonly<Record<string, string | number | null>>[]
}

/** Reads a table. A column of numbers and empty cells has numbers, null for empty cells; any other has text. Throws a TableError. */
export function readTable(text: string, file: string): ReadTable {
  const cells = new CellReader(text, (place, message) => {
    throw new TableError(file, place, message)
  })
  if (cells.done) throw new TableError(file, { line: 1, column: 1 }, 'found an empty file; accepted: a header and rows')
  const header = readRow(cells)
  const columns = namesOf(header)
  const duplicate = columns.findIndex((name, i) => columns.indexOf(name) < i)
  if (duplicate >= 0)
    throw new TableError(file, { line: 1, column: 1 }, `found the column ${JSON.stringify(columns[duplicate])} twice; accepted: each once`)
  const texts: string[][] = []
  while (!cells.done) {
    const row = readRow(cells)
    if (row.length !== columns.length)
      throw new TableError(file, cells.place, `found ${row.length} cells; accepted: ${columns.length}, one per column`)
    texts.push(row)
  }
  const isNumber = columns.map(
    (_, column) => texts.some((row) => row[column] !== '') && texts.every((row) => row[column] === '' || NUMBER.test(row[column])),
  )
  const valueOf = (cell: string, column: number): string | number | null =>
    isNumber[column] ? (cell === '' ? null : Number(cell)) : unescaped(cell)
  return { columns, rows: texts.map((row) => Object.fromEntries(row.map((cell, column) => [columns[column], valueOf(cell, column)]))) }
}

const NUMBER = /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

function readRow(cells: CellReader): string[] {
  const row: string[] = []
  do {
    cells.next()
    row.push(cells.cell)
  } while (!cells.ends)
  return row
}

function namesOf(header: readonly string[]): string[] {
  const full = header.map(unescaped)
  const bare = full.map((name) => name.replace(/ \[[^\]]*\]$/, ''))
  return bare.map((name, i) => (bare.indexOf(name) === bare.lastIndexOf(name) && name !== '' ? name : full[i]))
}

/** Removes the apostrophe that csv.ts puts before formulas. */
const unescaped = (text: string): string => (/^'[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/.test(text) ? text.slice(1) : text)
