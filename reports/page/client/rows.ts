/** Rows of the page's data. */
import type { Columns } from '../ways.ts'

/** A row by key. */
export type Row = Record<string, unknown>

/** Columns as rows. */
export function rowsOf({ rows, columns }: Columns): Row[] {
  const list = Array.from({ length: rows }, (): Row => ({}))
  for (const [key, column] of Object.entries(columns)) {
    if ('places' in column) column.places.forEach((place, i) => (list[i][key] = column.values[place]))
    else column.forEach((value, i) => (list[i][key] = value))
  }
  return list
}
