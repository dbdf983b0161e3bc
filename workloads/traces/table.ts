/** A CSV table whose columns are known by name: the header is checked first, then each cell where it is read. */
import { cellsOf, linesOf, shown, TraceError } from './lines.ts'

/** Digits with an optional fraction: signs, exponents, NaN, hexadecimal and blanks are not numbers of a trace. */
const NUMBER = /^\d+(\.\d+)?$/

/** The line that is being visited; one object serves all lines. Columns are counted as in the list given to `eachRow`. */
export class TraceRow {
  line = 1
  private cells: readonly string[] = []
  private readonly file: string
  private readonly columns: readonly string[]
  private readonly places: Int32Array
  private readonly width: number

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

  /** A text that says something. */
  name(column: number): string {
    const text = this.text(column)
    if (text === '') this.refuse(column, 'a name')
    return text
  }

  /** A whole number from 0 to `most`. */
  whole(column: number, most: number): number {
    const text = this.text(column)
    const value = Number(text)
    if (!NUMBER.test(text) || !Number.isInteger(value) || value > most) this.refuse(column, `a whole number from 0 to ${most}`)
    return value
  }

  /** A number of seconds from 0, as whole microseconds. */
  seconds(column: number): number {
    const text = this.text(column)
    const value = Math.round(Number(text) * 1e6)
    if (!NUMBER.test(text) || !Number.isSafeInteger(value)) this.refuse(column, 'seconds from 0, like 12 or 12.5')
    return value
  }

  /** Place of the text in the list of accepted words. */
  oneOf(column: number, words: readonly string[]): number {
    const place = words.indexOf(this.text(column))
    if (place < 0) this.refuse(column, words.join(', '))
    return place
  }

  refuse(column: number, accepted: string): never {
    const text = this.text(column)
    const found = text === '' ? 'an empty cell' : shown(text)
    throw new TraceError({ file: this.file, line: this.line, column: this.columns[column] }, found, accepted)
  }
}

/** Visits each row; empty lines are passed over, columns that are not asked for are not looked at. A table without rows is refused. */
export function eachRow(file: string, columns: readonly string[], visit: (row: TraceRow) => void): void {
  let row: TraceRow | undefined
  let line = 0
  let visited = 0
  for (const text of linesOf(file)) {
    line++
    if (row === undefined) {
      row = new TraceRow(file, columns, checkedHeader(file, columns, cellsOf(text, file, line)))
    } else if (text !== '') {
      row.moveTo(line, cellsOf(text, file, line))
      visit(row)
      visited++
    }
  }
  if (row === undefined) throw new TraceError({ file }, 'an empty file', `a header with the columns ${columns.join(', ')}`)
  if (visited === 0) throw new TraceError({ file, line: line + 1 }, 'no row after the header', 'at least one row')
}

function checkedHeader(file: string, columns: readonly string[], header: string[]): string[] {
  const place = { file, line: 1 }
  for (const column of columns) {
    const count = header.filter((name) => name === column).length
    if (count === 1) continue
    const found = count === 0 ? `no such column in ${shown(header.join(','))}` : `${count} columns of this name`
    throw new TraceError({ ...place, column }, found, `a header with the columns ${columns.join(', ')}`)
  }
  return header
}
