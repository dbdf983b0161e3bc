/** A table with a header: columns are found by name; the header is checked first, each cell when it is read. */
import { cellsOf, Lines, shown, TraceError } from './lines.ts'
import { Instants } from './time.ts'

/** Digits with an optional fraction; signs, exponents, NaN, hexadecimal numbers and blanks are refused. */
const NUMBER = /^\d+(\.\d+)?$/

/** The current row of a table, one object for all rows. Columns are numbered by their place in the list of columns that are read. */
export class TraceRow {
  line = 1
  private cells: readonly string[] = []
  private readonly file: string
  private readonly columns: readonly string[]
  private readonly places: Int32Array
  private readonly width: number
  private readonly instants = new Instants()

  constructor(file: string, columns: readonly string[], header: readonly string[]) {
    this.file = file
    this.columns = columns
    this.width = header.length
    this.places = Int32Array.from(columns, (name) => header.indexOf(name))
  }

  moveTo(line: number, cells: readonly string[]): void {
    this.line = line
    this.cells = cells
    if (cells.length === this.width) return
    throw new TraceError({ file: this.file, line }, `${cells.length} cells`, `${this.width} cells, as in the header`)
  }

  text(column: number): string {
    return this.cells[this.places[column]]
  }

  /** The text of a column that this table may lack; empty without it. */
  maybe(column: number): string {
    return column < this.columns.length ? this.text(column) : ''
  }

  /** A text that is not empty. */
  name(column: number): string {
    const text = this.text(column)
    if (text === '') this.refuse(column, 'a name')
    return text
  }

  /** A whole number from `min` to `max`. */
  whole(column: number, max: number, min = 0): number {
    const text = this.text(column)
    const value = Number(text)
    if (!NUMBER.test(text) || !Number.isInteger(value) || value > max || value < min)
      this.refuse(column, `a whole number from ${min} to ${max}`)
    return value
  }

  /** A number from 0 to `max`. */
  amount(column: number, max: number): number {
    const text = this.text(column)
    const value = Number(text)
    if (!NUMBER.test(text) || !(value <= max)) this.refuse(column, `a number from 0 to ${max}`)
    return value
  }

  /** A number of seconds from 0, as whole microseconds. */
  seconds(column: number): number {
    const text = this.text(column)
    const value = Math.round(Number(text) * 1e6)
    if (!NUMBER.test(text) || !Number.isSafeInteger(value)) this.refuse(column, 'seconds from 0, such as 12 or 12.5')
    return value
  }

  /** A number of milliseconds from 0, as whole microseconds. */
  milliseconds(column: number): number {
    const text = this.text(column)
    const value = Math.round(Number(text) * 1000)
    if (!NUMBER.test(text) || !Number.isSafeInteger(value)) this.refuse(column, 'milliseconds from 0, such as 12 or 12.5')
    return value
  }

  /** A date and time or an epoch, as microseconds since 1970. */
  instant(column: number): number {
    const accepted = this.instants.accepted
    const value = this.instants.of(this.text(column))
    if (value === undefined) this.refuse(column, accepted)
    return value
  }

  /** Place of the text in the list of accepted words. */
  oneOf(column: number, words: readonly string[]): number {
    const place = words.indexOf(this.text(column))
    if (place < 0) this.refuse(column, words.join(', '))
    return place
  }

  /** Throws the error of a cell. */
  refuse(column: number, accepted: string): never {
    const text = this.text(column)
    const found = text === '' ? 'an empty cell' : shown(text)
    throw new TraceError({ file: this.file, line: this.line, column: this.columns[column] }, found, accepted)
  }
}

/** A cursor over the rows of a table. Empty lines are skipped, other columns ignored. A table without rows is refused. */
export class Table {
  readonly file: string
  readonly row: TraceRow
  readonly header: readonly string[]
  /** Place of the set of columns that the header has. */
  readonly kind: number
  private readonly lines: Lines
  private readonly separator: string
  private visited = false

  /** One or more sets of columns, of which the first one that the header has is used. Equal places of the sets have equal meanings. */
  constructor(lines: Lines, ...kinds: readonly (readonly string[])[])
  /** With the separator of its cells; empty: that of the header. */
  constructor(lines: Lines, cells: { readonly separator: string }, ...kinds: readonly (readonly string[])[])
  constructor(lines: Lines, first: { readonly separator: string } | readonly string[], ...rest: readonly (readonly string[])[]) {
    const declared = 'separator' in first ? first.separator : ''
    const kinds = 'separator' in first ? rest : [first, ...rest]
    this.lines = lines
    this.file = lines.file
    const { file } = lines
    const text = lines.next()
    if (text === undefined) throw new TraceError({ file }, 'an empty file', headerOf(kinds))
    this.separator = declared === '' ? separatorOf(text) : declared
    const header = trimmed(cellsOf(text, file, 1, this.separator))
    this.header = header
    const kind = kinds.findIndex((columns) => columns.every((column) => header.includes(column)))
    this.kind = Math.max(0, kind)
    const columns = kinds[this.kind]
    for (const column of columns) {
      const count = header.filter((name) => name === column).length
      if (count === 1) continue
      const found = count === 0 ? `no such column in ${shown(text)}` : `${count} columns of this name`
      throw new TraceError({ file, line: 1, column }, found, headerOf(kinds))
    }
    this.row = new TraceRow(file, columns, header)
  }

  /** Moves `row` to the next row; false at the end. */
  next(): boolean {
    const { lines, row } = this
    for (let text = lines.next(); text !== undefined; text = lines.next()) {
      if (text === '') continue
      row.moveTo(lines.line, this.cells(text))
      this.visited = true
      return true
    }
    if (!this.visited) throw new TraceError({ file: this.file, line: lines.line + 1 }, 'no row after the header', 'at least one row')
    return false
  }

  /** Blanks around the cells belong to separators that are wider than a comma, such as "; " and ";\t". */
  private cells(text: string): string[] {
    const cells = cellsOf(text, this.file, this.lines.line, this.separator)
    return this.separator === ',' ? cells : trimmed(cells)
  }
}

const trimmed = (cells: readonly string[]): string[] => cells.map((cell) => cell.trim())

/** Comma, semicolon or tab: the one that separates most cells of the header; a comma when there is none of them. */
export function separatorOf(header: string): string {
  const counts = [',', ';', '\t'].map((separator) => [separator, header.split(separator).length] as const)
  return counts.reduce((best, one) => (one[1] > best[1] ? one : best))[0]
}

function headerOf(kinds: readonly (readonly string[])[]): string {
  return `a header with the columns ${kinds.map((columns) => columns.join(', ')).join('; or ')}`
}

/** Visits each row of a file. */
export function eachRow(file: string, columns: readonly string[], visit: (row: TraceRow) => void): void {
  const table = new Table(new Lines(file), columns)
  while (table.next()) visit(table.row)
}
