/** Columns out, CSV text in one piece. Every cast is named, since the defaults of csv-stringify drop `false` and turn dates into numbers. */
import { stringify } from 'csv-stringify/sync'

export type Cell = string | number | null

/** A table before it becomes CSV text or Parquet columns. */
export interface Rows {
  readonly header: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
}

/** How text begins that a spreadsheet takes for a formula, full-width forms included. */
const FORMULA = /^[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/

/**
 * Numbers as the shortest text that reads back as the same double; NaN and null as an empty cell. Text that a spreadsheet would run as a
 * formula (`=`, `+`, `-`, `@` at its start) gets an apostrophe: names come from users' files. The library's own `escape_formulas` does
 * the same after casting, and so turns every negative number into text; hence it is done here, on strings only.
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
      string: (value) => (FORMULA.test(value) ? `'${value}` : value),
    },
  })
}

export const csvOf = ({ header, rows }: Rows): string => csv(header, rows)

export function numberText(value: number): string {
  if (Number.isNaN(value)) return ''
  return Object.is(value, -0) ? '0' : String(value)
}
