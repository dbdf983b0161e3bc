/** CSV files with a header, read line by line: a trace of any length takes the memory of one line. Every complaint names its place. */
import { closeSync, openSync, readSync } from 'node:fs'
import { StringDecoder } from 'node:string_decoder'

/** A trace that cannot be read: where, what was found, what is accepted. */
export class TraceError extends Error {
  readonly file: string
  /** Line of the file, counted from 1 (the header is line 1); 0 when the file as a whole is meant. */
  readonly line: number
  /** Name of the column; empty when the whole line is meant. */
  readonly column: string
  readonly found: string
  readonly accepted: string

  constructor(place: { file: string; line?: number; column?: string }, found: string, accepted: string) {
    const line = place.line ?? 0
    const column = place.column ?? ''
    const where = `${place.file}${line > 0 ? `:${line}` : ''}${column === '' ? '' : `, column ${column}`}`
    super(`${where}: found ${found}; accepted: ${accepted}`)
    this.name = 'TraceError'
    this.file = place.file
    this.line = line
    this.column = column
    this.found = found
    this.accepted = accepted
  }
}

const CHUNK = 65_536
/** A longer line is no table, rather a binary file or one with other line ends. */
const LONGEST_LINE = 65_536

/**
 * The lines of a text file in UTF-8, without their ends (LF or CR LF) and without a byte order mark. Reading is synchronous,
 * a chunk at a time: plainly it would be an async stream, but then every door from here to the run would have to be async,
 * and a worker has nothing else to do while it waits.
 */
export function* linesOf(file: string): Generator<string> {
  const handle = opened(file)
  try {
    const chunk = Buffer.allocUnsafe(CHUNK)
    const decoder = new StringDecoder('utf8')
    let rest = ''
    let line = 1
    for (;;) {
      const size = read(file, handle, chunk)
      const pieces = (rest + (size > 0 ? decoder.write(chunk.subarray(0, size)) : decoder.end())).split('\n')
      rest = pieces.pop() as string
      for (const piece of pieces) yield cleaned(piece, line++)
      if (rest.length > LONGEST_LINE) {
        throw new TraceError({ file, line }, `a line of more than ${LONGEST_LINE} characters`, 'a CSV table with a line per row')
      }
      if (size === 0) break
    }
    if (rest !== '') yield cleaned(rest, line)
  } finally {
    closeSync(handle)
  }
}

function cleaned(text: string, line: number): string {
  const from = line === 1 && text.startsWith('\uFEFF') ? 1 : 0
  return text.slice(from, text.endsWith('\r') ? -1 : undefined)
}

function opened(file: string): number {
  try {
    return openSync(file, 'r')
  } catch (error) {
    throw fileError(file, error)
  }
}

function read(file: string, handle: number, chunk: Buffer): number {
  try {
    return readSync(handle, chunk, 0, chunk.length, null)
  } catch (error) {
    throw fileError(file, error)
  }
}

/** What the operating system said, in the words of a TraceError. */
export function fileError(file: string, error: unknown): TraceError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
  const found = code === 'ENOENT' || code === 'ENOTDIR' ? 'no such file' : code === 'EISDIR' ? 'a directory' : `an unreadable file (${code})`
  return new TraceError({ file }, found, 'a readable CSV file')
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

/** A found text, quoted and kept short. */
export function shown(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text)
}
