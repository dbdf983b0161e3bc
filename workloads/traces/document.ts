/** JSON documents: files that are one value and not lines. Errors name the path of the part, such as `jobs[3].res`. */
import { entryOf } from '../../sim/index.ts'
import { bytesOf } from './bytes.ts'
import { shown, TraceError } from './error.ts'
import type { Lines } from './lines.ts'

export type JsonMap = Readonly<Record<string, unknown>>

/** Longest document [characters]; JavaScript's strings end at 2^29. */
const LONGEST = 500_000_000

/** Whether a file begins like a JSON document. */
export function looksLikeJson(file: string): boolean {
  const chunk = bytesOf(file)()
  return chunk !== undefined && /^\uFEFF?\s*[{[]/.test(Buffer.from(chunk.subarray(0, 1024)).toString('utf8'))
}

export const isJsonMap = (value: unknown): value is JsonMap => typeof value === 'object' && value !== null && !Array.isArray(value)

/** A part of a document with its path. */
export class JsonPart {
  readonly file: string
  readonly value: unknown
  private readonly own: string
  private readonly parent: JsonPart | undefined

  /** @param path of the part, below `parent` if there is one: a key, or an index in brackets */
  constructor(file: string, path: string, value: unknown, parent?: JsonPart) {
    this.file = file
    this.own = path
    this.value = value
    this.parent = parent
  }

  /** Joined when it is asked for: most parts are read without an error. */
  get path(): string {
    const above = this.parent?.path ?? ''
    return above === '' ? this.own : `${above}${this.own.startsWith('[') ? '' : '.'}${this.own}`
  }

  /** The part under a key; its value is undefined when there is none. */
  at(key: string): JsonPart {
    return new JsonPart(this.file, key, isJsonMap(this.value) ? entryOf(this.value, key) : undefined, this)
  }

  /** The part under the first of the keys that has a value. */
  either(...keys: readonly string[]): JsonPart {
    return keys.map((key) => this.at(key)).find(({ value }) => value !== undefined && value !== null) ?? this.at(keys[0])
  }

  get missing(): boolean {
    return this.value === undefined || this.value === null
  }

  map(): JsonMap {
    return isJsonMap(this.value) ? this.value : this.refuse('a map')
  }

  list(): JsonPart[] {
    if (!Array.isArray(this.value)) this.refuse('a list')
    return this.value.map((item, i) => new JsonPart(this.file, `[${i}]`, item, this))
  }

  /** Text; a number counts as its digits, since identities are written in both ways. */
  text(): string {
    if (typeof this.value === 'number') return String(this.value)
    return typeof this.value === 'string' && this.value !== '' ? this.value : this.refuse('text')
  }

  number(most: number, least = 0): number {
    const { value } = this
    return typeof value === 'number' && value >= least && value <= most ? value : this.refuse(`a number from ${least} to ${most}`)
  }

  whole(most: number, least = 0): number {
    const value = this.number(most, least)
    return Number.isInteger(value) ? value : this.refuse(`a whole number from ${least} to ${most}`)
  }

  /** Throws the error of this part. */
  refuse(accepted: string): never {
    const { value } = this
    const found = value === undefined ? 'nothing' : typeof value === 'string' ? shown(value) : JSON.stringify(value).slice(0, 40)
    throw new TraceError({ file: this.file, column: this.path }, found, accepted)
  }
}

/** The document of a file. Throws a TraceError when it is not JSON. */
export function documentOf(lines: Lines): JsonPart {
  const text = lines.text(LONGEST)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/\s+/g, ' ') : String(error)
    throw new TraceError(
      { file: lines.file },
      `${text.trim() === '' ? 'an empty file' : `text that is not JSON (${shown(why)})`}`,
      'a whole JSON document',
    )
  }
  return new JsonPart(lines.file, '', value)
}
