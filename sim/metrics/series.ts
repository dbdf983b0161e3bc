/** A time series in the making: rows of numbers into growing columns, handed out as a table. */
import type { Table, TableColumn } from '../table.ts'

export type SeriesColumn = Omit<TableColumn, 'values'>

export class Series {
  /** Rows appended. */
  rows = 0
  private readonly heads: readonly SeriesColumn[]
  private readonly columns: Float64Array[]

  constructor(heads: readonly SeriesColumn[]) {
    this.heads = heads
    this.columns = heads.map(() => new Float64Array(64))
  }

  /** One number per column, NaN for "no value". The array is copied: the caller may use it again. */
  append(row: ArrayLike<number>): void {
    if (row.length !== this.columns.length) throw new RangeError(`row of a series: ${row.length} numbers; accepted: ${this.columns.length}, one per column`)
    if (this.columns.length > 0 && this.rows === this.columns[0].length) this.grow()
    for (let column = 0; column < row.length; column++) this.columns[column][this.rows] = row[column]
    this.rows++
  }

  table(): Table {
    return { rows: this.rows, columns: this.heads.map((head, i) => ({ ...head, values: this.columns[i].slice(0, this.rows) })) }
  }

  private grow(): void {
    for (let i = 0; i < this.columns.length; i++) {
      const column = new Float64Array(2 * this.rows)
      column.set(this.columns[i])
      this.columns[i] = column
    }
  }
}
