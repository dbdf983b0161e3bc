/**
 * A CSV reader (RFC 4180): commas, quoted cells with doubled quotes, lines that end in LF or CRLF. Labels may contain commas and questions
 * line breaks, so lines cannot be split at commas. One pass with a cursor and no arrays of rows: a file of 100,000 runs has six million
 * cells. Errors carry line and column, counted from 1, in characters.
 */

/** A position in a CSV file, counted from 1. */
export interface CsvPlace {
  readonly line: number
  /** Of the first character of the cell. */
  readonly column: number
}

const COMMA = 44
const QUOTE = 34
const LF = 10
const CR = 13

/** Reads a CSV text cell by cell. */
export class CellReader {
  /** The cell that `next` read, without its quotes. */
  cell = ''
  /** Whether it is the last cell of its row. */
  ends = false
  private readonly text: string
  private readonly refuse: (place: CsvPlace, message: string) => never
  private at = 0
  private line = 1
  private lineStart: number
  private start = 0
  private startLine = 1
  private startOfLine = 0

  /** `refuse` throws. A byte order mark at the start is skipped. */
  constructor(text: string, refuse: (place: CsvPlace, message: string) => never) {
    this.text = text
    this.refuse = refuse
    if (text.charCodeAt(0) === 0xfeff) this.at = 1
    this.lineStart = this.at
  }

  /** Position of the cell that was read last. */
  get place(): CsvPlace {
    return { line: this.startLine, column: this.start - this.startOfLine + 1 }
  }

  /** Whether no further row follows. */
  get done(): boolean {
    return this.at >= this.text.length
  }

  /** Reads one cell. Call it while not `done`, or after a cell that was not the last of its row. */
  next(): void {
    const { text } = this
    this.start = this.at
    this.startLine = this.line
    this.startOfLine = this.lineStart
    if (text.charCodeAt(this.at) === QUOTE) {
      this.quoted()
      return
    }
    let end = this.at
    for (; end < text.length; end++) {
      const code = text.charCodeAt(end)
      if (code === COMMA || code === LF || code === CR) break
      if (code === QUOTE)
        this.refuse(
          this.place,
          'found a quote inside a cell that does not start with one; accepted: the whole cell in quotes, quotes in it doubled',
        )
    }
    this.cell = text.slice(this.at, end)
    this.delimiter(end)
  }

  private quoted(): void {
    const { text } = this
    let from = this.at + 1
    let cell = ''
    for (;;) {
      const end = text.indexOf('"', from)
      if (end < 0) this.refuse(this.place, 'found a quote that is never closed')
      cell += text.slice(from, end)
      for (let i = text.indexOf('\n', from); i >= 0 && i < end; i = text.indexOf('\n', i + 1)) {
        this.line++
        this.lineStart = i + 1
      }
      if (text.charCodeAt(end + 1) !== QUOTE) {
        this.cell = cell
        const code = text.charCodeAt(end + 1)
        if (end + 1 < text.length && code !== COMMA && code !== LF && code !== CR)
          this.refuse(this.place, 'found text after the closing quote of a cell; accepted: a comma or the end of the line')
        this.delimiter(end + 1)
        return
      }
      cell += '"'
      from = end + 2
    }
  }

  /** Skips the delimiter at `end`. */
  private delimiter(end: number): void {
    const { text } = this
    const code = text.charCodeAt(end)
    if (code === COMMA) {
      this.ends = false
      this.at = end + 1
      return
    }
    this.ends = true
    if (code === CR && text.charCodeAt(end + 1) !== LF && end + 1 < text.length)
      this.refuse(
        { line: this.line, column: end - this.lineStart + 1 },
        'found a carriage return inside a line; accepted: lines that end in LF or CRLF',
      )
    this.at = end + (code === CR ? 2 : 1)
    this.line++
    this.lineStart = this.at
  }
}
