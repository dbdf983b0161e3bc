/**
 * The objects of a YAML file one by one: documents separated by `---`, and the items of a List in block style as kubectl prints it, each parsed
 * alone. JSON is read some twenty times as fast.
 */
import { parse, YAMLParseError } from 'yaml'
import { bytesOf } from '../traces/bytes.ts'
import { isJsonMap, JsonPart } from '../traces/document.ts'
import { shown, TraceError } from '../traces/error.ts'
import { Lines } from '../traces/lines.ts'

/** Longest line [characters]: an annotation with a whole object in it. */
const LONGEST_LINE = 4 * 1024 * 1024

interface Piece {
  readonly line: number
  readonly lines: string[]
}

/** The objects of the file. Throws a TraceError. */
export function* yamlObjects(file: string): Generator<JsonPart> {
  const lines = new Lines(file, bytesOf(file), LONGEST_LINE)
  let found = 0
  let open = true
  while (open) {
    const document: Piece = { line: lines.line + 1, lines: [] }
    const items: Generator<Piece, boolean> = piecesOf(lines, document)
    let next = items.next()
    const kindless: JsonPart[] = []
    for (let i = 0; next.done !== true; next = items.next(), i++) {
      const part = partOf(file, next.value, `items[${i}]`)
      if (part === undefined) continue
      found++
      if (part.at('kind').missing) kindless.push(part)
      else yield part
    }
    open = next.value
    const rest = partOf(file, document, '')
    if (rest === undefined) continue
    const list = rest.at('items')
    if (list.missing && kindless.length === 0 && !isList(rest)) {
      found++
      yield rest
    }
    const own = list.missing ? [] : list.list()
    found += own.length
    for (const part of [...own, ...kindless]) yield withKind(part, rest)
  }
  if (found === 0) throw new TraceError({ file }, 'no object', 'objects as kubectl get -o yaml prints them')
}

const isList = (part: JsonPart): boolean => /List$/.test(String(part.at('kind').value))

function withKind(part: JsonPart, list: JsonPart): JsonPart {
  if (!part.at('kind').missing) return part
  const kind = list.at('kind').text().replace(/List$/, '')
  return new JsonPart(part.file, part.path, { ...part.map(), kind })
}

/** Returns the items of the next document, and puts its other lines into `rest`; false after the last document. */
function* piecesOf(lines: Lines, rest: Piece): Generator<Piece, boolean> {
  /** Columns before the dash of an item; null outside of the list. */
  let indent: number | null = null
  let inItems = false
  let item: Piece | undefined
  for (let text = lines.next(); text !== undefined; text = lines.next()) {
    if (/^---(\s|$)/.test(text) && (rest.lines.length > 0 || item !== undefined)) {
      if (item !== undefined) yield item
      return true
    }
    const dash = inItems ? /^( *)- /.exec(text) : null
    if (dash !== null && (indent === null || dash[1].length === indent)) {
      indent = dash[1].length
      if (item !== undefined) yield item
      item = { line: lines.line, lines: [`${dash[1]}  ${text.slice(dash[0].length)}`] }
    } else if (item !== undefined && (text.trim() === '' || leading(text) > (indent ?? 0))) item.lines.push(text)
    else {
      inItems = /^items:\s*(#.*)?$/.test(text)
      if (item !== undefined) yield item
      item = undefined
      indent = null
      // The key alone would be a list without items.
      rest.lines.push(inItems ? '' : text)
    }
  }
  if (item !== undefined) yield item
  return false
}

const leading = (text: string): number => text.length - text.trimStart().length

function partOf(file: string, piece: Piece, place: string): JsonPart | undefined {
  let value: unknown
  try {
    value = parse(piece.lines.join('\n'))
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error
    const line = piece.line + (error.linePos?.[0].line ?? 1) - 1
    throw new TraceError(
      { file, line },
      `text that is not YAML (${error.message.split('\n')[0].replace(/ at line.*$/, '')})`,
      'a YAML document',
    )
  }
  if (value === null || value === undefined) return undefined
  if (!isJsonMap(value)) throw new TraceError({ file, line: piece.line }, shown(String(value)), 'an object with a kind, such as Pod')
  return new JsonPart(file, place, value)
}
