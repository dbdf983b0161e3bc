/** Tables as CSV text. */
import { stringify } from 'csv-stringify/sync'

export type Cell = string | number | null

/** A table before it becomes CSV text or Parquet columns. */
export interface Rows {
  readonly header: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
}

/** The start of text that a spreadsheet takes for a formula, full-width forms included. */
const FORMULA = /^[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/

/** Control characters, which could steer a terminal that shows the file; tabs and line ends are text. */
const CONTROL = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F]+/g

/**
 * CSV text. Control characters become a blank, as in the terminal. Numbers are the shortest text that reads back as the same double; NaN and null are empty cells. Text that a spreadsheet would
 * run as a formula (`=`, `+`, `-`, `@` at its start) gets an apostrophe, since names come from users' files. The `escape_formulas` of
 * csv-stringify is not used: it runs after casting and would turn negative numbers into text. Throws a RangeError for a row of another length.
 */
export function csv(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  for (const row of rows) {
    if (row.length !== header.length)
      throw new RangeError(`row of a table: ${row.length} cells; accepted: ${header.length}, one per column`)
  }
  return stringify([header, ...rows] as Cell[][], {
    record_delimiter: 'unix',
    cast: {
      number: (value) => numberText(value),
      string: (value) => cellText(value),
    },
  })
}

function cellText(value: string): string {
  const text = value.replace(CONTROL, ' ')
  return FORMULA.test(text) ? `'${text}` : text
}

/** CSV text of a table. */
export const csvOf = ({ header, rows }: Rows): string => csv(header, rows)

/** The shortest text that reads back as the same double; '' for NaN, "0" for -0. */
export function numberText(value: number): string {
  if (Number.isNaN(value)) return ''
  return Object.is(value, -0) ? '0' : String(value)
}
