/**
 * A part of a document with its place in the file. Reading methods report what is wrong and return undefined, so that one reading finds
 * all problems; an absent or empty value is undefined without a report.
 */
import { isAlias, isMap, isScalar, isSeq, type Document, type Node, type Pair } from 'yaml'
import { suggestion, UnitError } from '../../sim/index.ts'
import { NO_EFFECT, READ, type Fields } from './fields.ts'
import type { Findings, Found, Place } from './findings.ts'

/** A document under way: where it lies, and whose parts are read. */
export interface Reading {
  readonly document: Document
  readonly findings: Findings
  placeAt(offset: number): Place
  /** Kind of the object, and its name for messages: `Deployment`, `Deployment shop/web`. */
  kind: string
  object: string
  /** File of the chart that `helm template` names; empty without. */
  readonly source: string
}

/** Inclusive bounds. */
export interface Bounds {
  readonly min?: number
  readonly max?: number
}

/** Largest value of the API's int32 fields. */
export const INT32 = 2_147_483_647

/** Words that YAML 1.1, which Kubernetes reads, takes for booleans. */
const YES = /^(?:y|yes|on|true)$/i
const NO = /^(?:n|no|off|false)$/i

/** Element of a list, value of a map, or nothing known. */
type Of<T, K> = K extends keyof NonNullable<T> ? NonNullable<T>[K] : unknown

export class Part<T = unknown> {
  readonly reading: Reading
  /** `spec.template.spec.containers[0].image` */
  readonly path: string
  private readonly node: Node | undefined
  /** The pairs of a map, once they were needed. */
  private pairs: Map<string, Pair> | undefined
  /** Where the part is, or where it would be. */
  private readonly offset: number

  constructor(reading: Reading, path: string, node: Node | undefined, offset: number) {
    this.reading = reading
    this.path = path
    this.node = isAlias(node) ? node.resolve(reading.document) : node
    this.offset = offset
  }

  get place(): Place {
    return this.reading.placeAt(this.offset)
  }

  get found(): Found {
    return { place: this.place, object: this.reading.object, path: this.path }
  }

  /** Nothing, or null, which the API server drops too. */
  get missing(): boolean {
    return this.node === undefined || (isScalar(this.node) && this.node.value === null)
  }

  get isMap(): boolean {
    return isMap(this.node)
  }

  get isList(): boolean {
    return isSeq(this.node)
  }

  /** The value of a scalar; undefined for maps and lists. */
  get scalar(): unknown {
    return isScalar(this.node) && this.node.value !== null ? this.node.value : undefined
  }

  /** The same part, read as another type: fields that the types of the library do not have. */
  as<U>(): Part<U> {
    return this as unknown as Part<U>
  }

  /** The same part as an object of its own: paths begin here. */
  rooted(): Part<T> {
    return new Part(this.reading, '', this.node, this.offset)
  }

  /** Whether the map has the key, with or without a value. */
  has(key: string): boolean {
    return this.byKey().has(key)
  }

  at<K extends keyof NonNullable<T> & string>(key: K): Part<NonNullable<T>[K]> {
    return this.child(key) as Part<NonNullable<T>[K]>
  }

  private byKey(): Map<string, Pair> {
    return (this.pairs ??= pairsOf(this.node, this.reading.document))
  }

  private child(key: string): Part {
    const path = this.path === '' ? key : `${this.path}.${key}`
    const pair = this.byKey().get(key)
    if (pair === undefined) return new Part(this.reading, path, undefined, this.offset)
    const value = (pair.value ?? undefined) as Node | undefined
    const empty = value === undefined || (isScalar(value) && value.value === null)
    return new Part(
      this.reading,
      path,
      value,
      (empty ? undefined : value.range?.[0]) ?? (pair.key as Node | null)?.range?.[0] ?? this.offset,
    )
  }

  /** The entries of a map in their order. */
  entries(): [string, Part<Of<T, string>>][] {
    if (this.missing) return []
    if (!this.isMap) {
      this.refuse('a map')
      return []
    }
    return [...this.byKey().keys()].map((key) => [key, this.child(key) as Part<Of<T, string>>])
  }

  /** The items of a list. */
  items(): Part<Of<T, number>>[] {
    if (this.missing) return []
    if (!isSeq(this.node)) {
      this.refuse('a list')
      return []
    }
    return this.node.items.map(
      (item, i) => new Part(this.reading, `${this.path}[${i}]`, item as Node, (item as Node).range?.[0] ?? this.offset),
    )
  }

  /** Text; where `loose`, also a number or a boolean as its text. */
  text(loose = false): string | undefined {
    if (this.missing) return undefined
    const { scalar } = this
    if (typeof scalar === 'string') return scalar
    if (loose && (typeof scalar === 'number' || typeof scalar === 'boolean'))
      return isScalar(this.node) && this.node.source !== undefined ? this.node.source : String(scalar)
    return this.refuse(typeof scalar === 'number' || typeof scalar === 'boolean' ? 'text, in quotes' : 'text')
  }

  whole({ min = 0, max = INT32 }: Bounds = {}): number | undefined {
    if (this.missing) return undefined
    const { scalar } = this
    if (typeof scalar === 'number' && Number.isInteger(scalar) && scalar >= min && scalar <= max) return scalar
    return this.refuse(`a whole number ${max === INT32 ? `from ${min}` : `from ${min} to ${max}`}`)
  }

  /** A whole number of seconds, in microseconds. */
  seconds(bounds: Bounds = {}): number | undefined {
    const value = this.whole(bounds)
    return value === undefined ? undefined : value * 1_000_000
  }

  number({ min = 0, max = Infinity }: Bounds = {}): number | undefined {
    if (this.missing) return undefined
    const { scalar } = this
    if (typeof scalar === 'number' && scalar >= min && scalar <= max) return scalar
    return this.refuse(max === Infinity ? `a number from ${min}` : `a number from ${min} to ${max}`)
  }

  flag(): boolean | undefined {
    if (this.missing) return undefined
    const { scalar } = this
    if (typeof scalar === 'boolean') return scalar
    const plain = isScalar(this.node) && this.node.type === 'PLAIN' && typeof scalar === 'string'
    if (plain && YES.test(scalar)) return true
    if (plain && NO.test(scalar)) return false
    return this.refuse('true or false')
  }

  oneOf<const W extends string>(accepted: readonly W[]): W | undefined {
    if (this.missing) return undefined
    const { scalar } = this
    if (accepted.includes(scalar as W)) return scalar as W
    return this.refuse(`${accepted.join(', ')}${typeof scalar === 'string' ? suggestion(scalar, accepted) : ''}`)
  }

  /** A whole number or a percentage such as 25%. */
  countOrPercent(): number | string | undefined {
    if (this.missing) return undefined
    const { scalar } = this
    if (typeof scalar === 'number' && Number.isInteger(scalar) && scalar >= 0 && scalar <= INT32) return scalar
    if (typeof scalar === 'string' && /^\d+%$/.test(scalar)) return scalar
    return this.refuse('a whole number such as 3, or a percentage such as 25%')
  }

  /** What `read` makes of the scalar; its UnitError becomes a problem. */
  quantity(read: (value: unknown) => number): number | undefined {
    if (this.missing) return undefined
    try {
      return read(this.scalar ?? (this.isList ? [] : {}))
    } catch (error) {
      if (!(error instanceof UnitError)) throw error
      this.error(error.message)
      return undefined
    }
  }

  /** A map from text to text. */
  texts(loose = false): Record<string, string> {
    const read = this.entries().map(([key, part]) => [key, part.text(loose) ?? ''] as const)
    return Object.fromEntries(read)
  }

  /** Text items of a list. */
  list(loose = false): string[] {
    return this.items().flatMap((item) => item.text(loose) ?? [])
  }

  /** Reports the keys that are not read: unknown ones, those without effect, and those whose effect is missing. */
  only(fields: Fields<NonNullable<T>>, ...more: readonly string[]): this {
    if (!this.isMap) return this
    const { findings, kind } = this.reading
    for (const [key, part] of this.entries()) {
      if (part.missing || more.includes(key)) continue
      const use = Object.hasOwn(fields, key) ? fields[key as keyof typeof fields] : undefined
      if (use === READ) continue
      const path = part.path.replaceAll(/\[\d+\]/g, '')
      if (use === NO_EFFECT) findings.ignore(kind, path, part.place, { matters: false, why: 'changes nothing that is simulated' })
      else
        findings.ignore(kind, path, part.place, { matters: true, why: use ?? `is no known field${suggestion(key, Object.keys(fields))}` })
    }
    return this
  }

  /** Reports that the value is not accepted. */
  refuse(accepted: string): undefined {
    this.error(`found ${shownPart(this)}; accepted: ${accepted}`)
    return undefined
  }

  error(message: string): void {
    this.reading.findings.error(this.found, message)
  }

  warn(message: string): void {
    this.reading.findings.warn(this.found, message)
  }

  /** Reports this part as ignored. */
  ignore(why: string, matters = true): void {
    const { findings, kind } = this.reading
    findings.ignore(kind, this.path.replaceAll(/\[\d+\]/g, ''), this.place, { matters, why })
  }
}

function shownPart(part: Part): string {
  if (part.missing) return 'nothing'
  // A template's braces are a map whose key is a map.
  if (part.isMap) return part.entries().some(([key]) => key.startsWith('{')) ? '{{, a template' : 'a map'
  if (part.isList) return 'a list'
  const { scalar } = part
  if (typeof scalar === 'string') return JSON.stringify(scalar.length > 60 ? `${scalar.slice(0, 57)}…` : scalar)
  return String(scalar)
}

/** Deepest chain of merge keys. */
const MERGES = 20

/** Where merge keys are on, the library gives them a symbol. */
function keyOf({ key }: Pair): string {
  const value = isScalar(key) ? key.value : key
  return typeof value === 'symbol' ? '<<' : String(value)
}

/** The pairs of a map by key, with those of its merge keys (`<<: *common`), which its own override. */
function pairsOf(node: Node | undefined, document: Document, depth = 0): Map<string, Pair> {
  const pairs = new Map<string, Pair>()
  if (!isMap(node)) return pairs
  for (const pair of node.items) {
    const key = keyOf(pair)
    if (key === '<<' && depth < MERGES) {
      const value = pair.value as Node
      const merged = isAlias(value) ? value.resolve(document) : value
      for (const one of isSeq(merged) ? (merged.items as Node[]) : [merged])
        for (const [name, other] of pairsOf(isAlias(one) ? one.resolve(document) : one, document, depth + 1))
          if (!pairs.has(name)) pairs.set(name, other)
    }
  }
  for (const pair of node.items) {
    const key = keyOf(pair)
    if (key !== '<<') pairs.set(key, pair)
  }
  return pairs
}
