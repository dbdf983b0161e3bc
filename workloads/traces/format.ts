/** What a reader of rows says about its format. */
import type { Lines } from './lines.ts'
import type { TraceKind, TraceKinds } from './trace.ts'

export interface RowFormat<Kind extends TraceKind = TraceKind> {
  readonly name: string
  readonly kind: Kind
  /** What such a file records, in a line. */
  readonly title: string
  /** Columns that are read, with their units in the names; those after a bar are other spellings. */
  readonly columns: readonly string[]
  /** Where the format is from. */
  readonly source: string
  /** Does a file that begins with this line look like one? */
  fits(firstLine: string): boolean
  open(lines: Lines): TraceKinds[Kind]
}

/** A table is told by its header. */
export function hasColumns(firstLine: string, ...kinds: readonly (readonly string[])[]): boolean {
  const header = firstLine.split(',')
  return kinds.some((columns) => columns.every((column) => header.includes(column)))
}
