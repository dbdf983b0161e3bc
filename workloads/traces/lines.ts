/** Text files line by line, plain or gzip: a trace of any length takes the memory of one line. Every complaint names its place. */
import { StringDecoder } from 'node:string_decoder'
import { bytesOf } from './bytes.ts'
import { shown, TraceError } from './error.ts'

export { shown, TraceError } from './error.ts'

/** A longer line is no table, rather a binary file or one with other line ends. */
const LONGEST_LINE = 65_536

/**
 * The lines of a text file in UTF-8, without their ends (LF or CR LF) and without a byte order mark. Reading is synchronous,
 * a chunk at a time: plainly it would be an async stream, but then every door from here to the run would have to be async,
 * and a worker has nothing else to do while it waits.
 */
export function* linesOf(file: string): Generator<string> {
  const bytes = bytesOf(file)
  const decoder = new StringDecoder('utf8')
  let rest = ''
  let line = 1
  for (;;) {
    const chunk = bytes()
    const pieces = (rest + (chunk === undefined ? decoder.end() : decoder.write(chunk as Buffer))).split('\n')
    rest = pieces.pop() as string
    for (const piece of pieces) yield cleaned(piece, line++)
    if (rest.length > LONGEST_LINE) {
      throw new TraceError({ file, line }, `a line of more than ${LONGEST_LINE} characters`, 'a text with a line per row')
    }
    if (chunk === undefined) break
  }
  if (rest !== '') yield cleaned(rest, line)
}

function cleaned(text: string, line: number): string {
  const from = line === 1 && text.startsWith('\uFEFF') ? 1 : 0
  return text.slice(from, text.endsWith('\r') ? -1 : undefined)
}

/** Cells of a line. Quotes as in RFC 4180 ("" inside stands for one), but a quoted cell ends on its own line. */
export function cellsOf(text: string, file: string, line: number): string[] {
  if (!text.includes('"')) return text.split(',')
  const cells: string[] = []
  for (let at = 0; at <= text.length; at++) {
    if (text[at] !== '"') {
      const comma = text.indexOf(',', at)
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
    if (at < text.length && text[at] !== ',') {
      throw new TraceError({ file, line }, `${shown(text[at])} after a quoted cell`, 'a comma or the end of the line')
    }
    cells.push(cell)
  }
  return cells
}
