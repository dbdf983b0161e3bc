/** Tables of results: named columns of equal length. Reports are functions from tables to tables or files. */

/** Which direction is better: decides the sign of a verdict. */
export type Better = 'lower' | 'higher' | 'neither'

/** What a column is in a table of results. */
export type Role = 'axis' | 'key' | 'metric' | 'time' | 'count'

/** One column: numbers, or texts. */
export interface TableColumn {
  readonly name: string
  /** Text of an axis or a heading. */
  readonly label: string
  /** "ms", "%", "1" for a pure number, "" for text. */
  readonly unit: string
  readonly role: Role
  readonly better?: Better
  /** NaN is "no value"; reports write it as an empty cell. */
  readonly values: Float64Array | readonly string[]
}

/** Columns of `rows` values each. */
export interface Table {
  readonly rows: number
  readonly columns: readonly TableColumn[]
}
