/** The outlet: named columns of equal length. Everything in reports is a function from tables to tables or files. */

/** Which way is better: decides the sign of a verdict. */
export type Better = 'lower' | 'higher' | 'neither'

export type Role = 'axis' | 'key' | 'metric' | 'time' | 'count'

export interface TableColumn {
  readonly name: string
  /** Words for a chart or a heading. */
  readonly label: string
  /** "ms", "%", "1" for a pure number, "" for text. */
  readonly unit: string
  readonly role: Role
  readonly better?: Better
  /** NaN is "no value"; reports write it as an empty cell. */
  readonly values: Float64Array | readonly string[]
}

export interface Table {
  readonly rows: number
  readonly columns: readonly TableColumn[]
}
