/** The error of a trace that cannot be read: the place, what was found, what is accepted. */
export class TraceError extends Error {
  readonly file: string
  /** Line of the file, counted from 1 (a header is line 1); 0: the file as a whole. */
  readonly line: number
  /** Name of the column; empty: the whole line. */
  readonly column: string
  readonly found: string
  readonly accepted: string

  constructor(place: { readonly file: string; readonly line?: number; readonly column?: string }, found: string, accepted: string) {
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

/** A text for a message, quoted and shortened to 40 characters. */
export function shown(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text)
}
