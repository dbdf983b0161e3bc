/** The definition of a trace format. */
import type { JsonMap } from './document.ts'
import type { Lines } from './lines.ts'
import { separatorOf } from './table.ts'
import type { TraceKind, TraceKinds } from './trace.ts'

/** A format whose rows are read one at a time. */
export interface RowFormat<Kind extends TraceKind = TraceKind> {
  readonly name: string
  readonly kind: Kind
  /** What such a file contains, in one line. */
  readonly title: string
  /** Names of the columns that are read, with their units; alternative spellings are separated by a bar. */
  readonly columns: readonly string[]
  /** Author, year, title. */
  readonly source: string
  /** Whether a file with this first line is of the format; never called for a JSON document. */
  fits(firstLine: string): boolean
  /** Whether a JSON document is of the format; absent: the format is a text of lines. */
  readonly document?: (value: JsonMap) => boolean
  /** A cursor over the rows. */
  open(lines: Lines): TraceKinds[Kind]
}

/** Whether the header has all columns of one of the sets. */
export function hasColumns(firstLine: string, ...kinds: readonly (readonly string[])[]): boolean {
  const header = firstLine.split(separatorOf(firstLine)).map((cell) => cell.trim())
  return kinds.some((columns) => columns.every((column) => header.includes(column)))
}
