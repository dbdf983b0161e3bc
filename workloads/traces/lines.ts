/** Text files line by line, plain or gzip, with the memory of a chunk for a file of any length. Errors name the file and line. */
import { StringDecoder } from 'node:string_decoder'
import { bytesOf, type Bytes } from './bytes.ts'
import { shown, TraceError } from './error.ts'

export { shown, TraceError } from './error.ts'

/** Longest line [characters]; a longer one means a binary file, or one with other line ends. */
const LONGEST_LINE = 65_536

/**
 * The lines of a text in UTF-8, without their ends (LF or CR LF) and without a byte order mark. Reading is synchronous, a chunk at a time:
 * with an async stream every function from here to the run would have to be async, and a worker has nothing else to do while it waits.
 */
export class Lines {
  readonly file: string
  /** Number of the last line returned, from 1. */
  line = 0
  private readonly bytes: Bytes
  private readonly decoder = new StringDecoder('utf8')
  private pieces: readonly string[] = []
  private at = 0
  private rest = ''
  private ended = false
  private readonly longest: number

  /** @param longest line [characters] */
  constructor(file: string, bytes: Bytes = bytesOf(file), longest = LONGEST_LINE) {
    this.file = file
    this.bytes = bytes
    this.longest = longest
  }

  next(): string | undefined {
    while (this.at === this.pieces.length) {
      if (this.ended) return undefined
      this.read()
    }
    this.line++
    return cleaned(this.pieces[this.at++], this.line)
  }

  /** The whole text, for documents that are not lines. At most `most` characters; to be called before `next`. */
  text(most: number): string {
    const pieces: string[] = []
    let length = 0
    for (let chunk = this.bytes(); chunk !== undefined; chunk = this.bytes()) {
      pieces.push(this.decoder.write(chunk as Buffer))
      length += pieces[pieces.length - 1].length
      if (length > most)
        throw new TraceError({ file: this.file }, `more than ${most} characters`, `a document of at most ${most} characters`)
    }
    this.ended = true
    return cleaned(pieces.join('') + this.decoder.end(), 1)
  }

  private read(): void {
    const chunk = this.bytes()
    const text = this.rest + (chunk === undefined ? this.decoder.end() : this.decoder.write(chunk as Buffer))
    const pieces = text.split('\n')
    this.rest = pieces.pop() as string
    if (this.rest.length > this.longest) {
      const place = { file: this.file, line: this.line + pieces.length + 1 }
      throw new TraceError(place, `a line of more than ${this.longest} characters`, 'a text with a line per row')
    }
    if (chunk === undefined) {
      this.ended = true
      if (this.rest !== '') pieces.push(this.rest)
    }
    this.pieces = pieces
    this.at = 0
  }
}

/** The lines of a file, for loops. */
export function* linesOf(file: string): Generator<string> {
  const lines = new Lines(file)
  for (let text = lines.next(); text !== undefined; text = lines.next()) yield text
}

function cleaned(text: string, line: number): string {
  const from = line === 1 && text.startsWith('\uFEFF') ? 1 : 0
  return text.slice(from, text.endsWith('\r') ? -1 : undefined)
}

/** The cells of a line. Quotes as in RFC 4180 ("" inside stands for one), but a quoted cell must end on its line. */
export function cellsOf(text: string, file: string, line: number, separator = ','): string[] {
  if (!text.includes('"')) return text.split(separator)
  const cells: string[] = []
  for (let at = 0; at <= text.length; at++) {
    if (text[at] !== '"') {
      const comma = text.indexOf(separator, at)
      const end = comma < 0 ? text.length : comma
      cells.push(text.slice(at, end))
      at = end
      continue
    }
    let cell = ''
    for (;;) {
      const close = text.indexOf('"', at + 1)
      if (close < 0) throw new TraceError({ file, line }, 'a quoted cell that does not end on its line', 'a closing quote')
      cell += text.slice(at + 1, close)
      at = close + 1
      if (text[at] !== '"') break
      cell += '"'
    }
    if (at < text.length && text[at] !== separator) {
      throw new TraceError(
        { file, line },
        `${shown(text[at])} after a quoted cell`,
        separator === ',' ? 'a comma or the end of the line' : `${JSON.stringify(separator)} or the end of the line`,
      )
    }
    cells.push(cell)
  }
  return cells
}
