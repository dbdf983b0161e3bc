/**
 * The objects of a JSON file one by one: those of a List, or one object per document, any number of documents. The file is scanned for the
 * braces of its items and only one item is parsed at a time, so that memory does not grow with the file.
 */
import { bytesOf } from '../traces/bytes.ts'
import { isJsonMap, JsonPart } from '../traces/document.ts'
import { shown, TraceError } from '../traces/error.ts'

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN_LIST = 0x5b
const CLOSE_LIST = 0x5d
const OPEN_MAP = 0x7b
const CLOSE_MAP = 0x7d
const COMMA = 0x2c
const SPACE = 0x20

/** Texts of up to this length are scanned byte by byte, which is faster than a search [bytes]. */
const SHORT_TEXT = 48

/** Longest object, and longest document without its items [bytes]. An object in etcd has at most 1.5 MiB. */
const LONGEST = 64 * 1024 * 1024

/** Bytes that are collected over several chunks. */
class Collected {
  length = 0
  private parts: Buffer[] = []
  private readonly file: string

  constructor(file: string) {
    this.file = file
  }

  add(chunk: Uint8Array, from: number, to: number): void {
    if (to <= from) return
    this.parts.push(Buffer.from(chunk.subarray(from, to)))
    this.length += to - from
    if (this.length > LONGEST)
      throw new TraceError({ file: this.file }, `an object of more than ${LONGEST} bytes`, 'objects as kubectl prints them')
  }

  /** What was collected, with these bytes at the end. */
  text(chunk: Uint8Array, from: number, to: number): string {
    if (this.length === 0) return Buffer.from(chunk.buffer, chunk.byteOffset + from, to - from).toString('utf8')
    this.add(chunk, from, to)
    return this.take()
  }

  take(): string {
    const text = Buffer.concat(this.parts).toString('utf8')
    this.parts = []
    this.length = 0
    return text
  }

  peek(): string {
    this.parts = [Buffer.concat(this.parts)]
    return this.parts[0].toString('utf8')
  }
}

/** The objects of the file. Items of a typed list (PodList) that name no kind get that of the list. Throws a TraceError. */
export function* jsonObjects(file: string): Generator<JsonPart> {
  const scanner = new Scanner(file)
  const next = bytesOf(file)
  for (let chunk = next(); chunk !== undefined; chunk = next()) yield* scanner.scan(chunk)
  scanner.end()
}

/** The next quote or bracket from `start` on; between the items of the list, the next byte that is neither space nor comma. */
function nextToken(chunk: Uint8Array, start: number, betweenItems: boolean): number {
  const { length } = chunk
  let i = start
  if (betweenItems) {
    while (i < length && (chunk[i] <= SPACE || chunk[i] === COMMA)) i++
    return i
  }
  for (; i < length; i++) {
    const byte = chunk[i]
    if (byte === QUOTE || byte === OPEN_MAP || byte === CLOSE_MAP || byte === OPEN_LIST || byte === CLOSE_LIST) return i
  }
  return i
}

class Scanner {
  private readonly file: string
  /** The document without the items of its list. */
  private readonly rest: Collected
  private readonly item: Collected
  private depth = 0
  private inText = false
  /** The chunk before ended after a backslash. */
  private escaped = false
  /** Start of the bytes of the chunk that are not collected yet. */
  private from = 0
  /** Inside of the list `items` of the document. */
  private inItems = false
  private items = 0
  private document = 0
  /** Kind of the items, when that of the list stands before them. */
  private listKind = ''
  /** Items without a kind that stand before the kind of their list. */
  private kindless: { readonly place: string; readonly value: Readonly<Record<string, unknown>> }[] = []

  constructor(file: string) {
    this.file = file
    this.rest = new Collected(file)
    this.item = new Collected(file)
  }

  /** Reads a chunk and returns the objects that end in it. State is held in local variables in the loop, which runs once per byte. */
  scan(chunk: Uint8Array): JsonPart[] {
    const found: JsonPart[] = []
    const { length } = chunk
    let i = 0
    if (this.escaped && length > 0) {
      this.escaped = false
      i = 1
    }
    this.from = 0
    while (i < length) {
      if (this.inText) i = this.textEnd(chunk, i)
      else {
        i = nextToken(chunk, i, this.inItems && this.depth === 2)
        if (i < length) this.token(chunk, i++, found)
      }
    }
    if (this.inItems && this.depth > 2) this.item.add(chunk, this.from, length)
    else if (!this.inItems) this.rest.add(chunk, this.from, length)
    return found
  }

  /** What follows the last document. */
  end(): void {
    if (this.depth > 0 || this.inText) this.refuse('a document that ends early', 'a whole JSON document')
    const text = this.rest.take().trim()
    if (text !== '') this.refuse(`${shown(text)} after the last document`, 'objects as kubectl get -o json prints them')
    if (this.document === 0) this.refuse('an empty file', 'objects as kubectl get -o json prints them')
  }

  /** The place after the closing quote, or the end of the chunk. */
  private textEnd(chunk: Uint8Array, start: number): number {
    const { length } = chunk
    const near = Math.min(length, start + SHORT_TEXT)
    let i = start
    while (i < near) {
      const byte = chunk[i++]
      if (byte === QUOTE) {
        this.inText = false
        return i
      }
      if (byte === BACKSLASH) i++
    }
    // Long texts, such as annotations: the next quote that no odd number of backslashes stands before.
    while (i < length) {
      const quote = chunk.indexOf(QUOTE, i)
      const end = quote < 0 ? length : quote
      let slashes = 0
      while (end - slashes > i && chunk[end - slashes - 1] === BACKSLASH) slashes++
      i = end + 1
      if (quote < 0) {
        this.escaped = slashes % 2 === 1
        return length
      }
      if (slashes % 2 === 0) {
        this.inText = false
        return i
      }
    }
    this.escaped = i > length
    return length
  }

  private token(chunk: Uint8Array, i: number, found: JsonPart[]): void {
    const byte = chunk[i]
    const atItems = this.inItems && this.depth === 2
    if (byte === OPEN_MAP || byte === OPEN_LIST) this.opens(chunk, i)
    else if (byte === CLOSE_MAP || byte === CLOSE_LIST) this.closes(chunk, i, found)
    else if (atItems) this.refuse(`${shown(String.fromCharCode(byte))} in the list`, 'objects', `items[${this.items}]`)
    else this.inText = true
  }

  private opens(chunk: Uint8Array, i: number): void {
    this.depth++
    if (this.inItems) {
      if (this.depth === 3) this.from = i
    } else if (this.depth === 2 && chunk[i] === OPEN_LIST) {
      this.rest.add(chunk, this.from, i)
      this.from = i
      const before = this.rest.peek()
      this.inItems = /"items"\s*:\s*$/.test(before)
      this.listKind = /"kind"\s*:\s*"(\w+)List"/.exec(before)?.[1] ?? ''
      if (this.inItems) this.rest.add(chunk, i, i + 1)
    }
  }

  private closes(chunk: Uint8Array, i: number, found: JsonPart[]): void {
    this.depth--
    if (this.inItems && this.depth === 2) {
      const part = this.itemOf(this.item.text(chunk, this.from, i + 1))
      if (part !== undefined) found.push(part)
    } else if (this.inItems && this.depth === 1) {
      this.inItems = false
      this.from = i
    } else if (this.depth === 0) {
      this.rest.add(chunk, this.from, i + 1)
      this.from = i + 1
      this.documentEnds(found)
    }
  }

  private itemOf(text: string): JsonPart | undefined {
    const place = `items[${this.items++}]`
    const value = this.parsed(text, place)
    if (!isJsonMap(value)) return this.refuse(shown(text), 'an object', place)
    if (value['kind'] !== undefined) return new JsonPart(this.file, place, value)
    if (this.listKind !== '') return new JsonPart(this.file, place, { ...value, kind: this.listKind })
    this.kindless.push({ place, value })
    return undefined
  }

  private documentEnds(found: JsonPart[]): void {
    const text = this.rest.take().replace(/^\uFEFF/, '')
    const place = this.document === 0 ? '' : `document ${this.document + 1}`
    const value = this.parsed(text, place)
    if (!isJsonMap(value)) this.refuse(shown(text.trim()), 'objects as kubectl get -o json prints them', place)
    if (this.items === 0 && !Array.isArray(value['items'])) found.push(new JsonPart(this.file, place, value))
    const kind = typeof value['kind'] === 'string' ? value['kind'].replace(/List$/, '') : ''
    for (const { place: at, value: item } of this.kindless) {
      if (kind === '') this.refuse('an object without a kind', 'the kind of the object, such as Pod', at)
      found.push(new JsonPart(this.file, at, { ...item, kind }))
    }
    this.document++
    this.items = 0
    this.kindless = []
  }

  private parsed(text: string, place: string): unknown {
    try {
      return JSON.parse(text)
    } catch (error) {
      const why = error instanceof Error ? error.message.replace(/\s+/g, ' ') : String(error)
      return this.refuse(`text that is not JSON (${shown(why)})`, 'a whole JSON document', place)
    }
  }

  private refuse(found: string, accepted: string, place = ''): never {
    throw new TraceError({ file: this.file, column: place }, found, accepted)
  }
}
