/** Parts of a document whose shape is not known yet: each knows its path, and problems are collected with it. */
import type { ValueProblem } from '../../../../common/define.ts'
import { suggestion } from '../../../../common/suggestion.ts'

/** Problems found so far. */
export type Problems = ValueProblem[]

type Key = string | number

/** A value of the document. */
export class Part {
  readonly value: unknown
  readonly path: readonly Key[]
  private readonly problems: Problems

  constructor(value: unknown, path: readonly Key[], problems: Problems) {
    this.value = value
    this.path = path
    this.problems = problems
  }

  get missing(): boolean {
    return this.value === undefined || this.value === null
  }

  /** The part under a key. */
  at(key: Key): Part {
    const inner = typeof this.value === 'object' && this.value !== null ? (this.value as Readonly<Record<Key, unknown>>)[key] : undefined
    return new Part(inner, [...this.path, key], this.problems)
  }

  /** Adds a problem about this part. */
  wrong(accepted: string, found = `found ${shown(this.value)}`): void {
    this.problems.push({ path: this.path, message: `${found}; accepted: ${accepted}` })
  }

  /** Keys of a map; none when it is absent or no map. Unknown keys are problems. */
  keys(what: string, accepted: readonly string[] | null): readonly string[] {
    const { value } = this
    if (this.missing) return []
    if (typeof value !== 'object' || Array.isArray(value)) {
      this.wrong(`a map, ${what}`)
      return []
    }
    const keys = Object.keys(value as object)
    if (accepted !== null)
      for (const key of keys)
        if (!accepted.includes(key))
          this.at(key).wrong(
            `${accepted.join(', ')}${suggestion(key, accepted)}`,
            `found the unknown key ${JSON.stringify(key)} of ${what}`,
          )
    return keys
  }

  /** Items of a list; none when it is absent or no list. */
  items(what: string): Part[] {
    if (this.missing) return []
    if (!Array.isArray(this.value)) {
      this.wrong(`a list of ${what}`)
      return []
    }
    return this.value.map((_, i) => this.at(i))
  }

  /** Text that is not empty; '' with a problem otherwise. */
  text(accepted: string): string {
    if (typeof this.value === 'string' && this.value !== '') return this.value
    this.wrong(accepted)
    return ''
  }

  /** One of several texts; the first one with a problem otherwise. */
  oneOf<T extends string>(accepted: readonly T[]): T {
    const found = accepted.find((one) => one === this.value)
    if (found !== undefined) return found
    this.wrong(`${accepted.join(', ')}${typeof this.value === 'string' ? suggestion(this.value, accepted) : ''}`)
    return accepted[0]
  }

  /** A whole number of the range, `absent` when there is none. */
  whole(min: number, max: number, absent: number): number {
    if (this.missing) return absent
    const { value } = this
    if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value
    this.wrong(max === Number.MAX_SAFE_INTEGER ? `a whole number of at least ${min}` : `a whole number from ${min} to ${max}`)
    return absent
  }

  /** True or false. */
  flag(): boolean {
    if (!this.missing && typeof this.value !== 'boolean') this.wrong('true or false')
    return this.value === true
  }
}

function shown(value: unknown): string {
  if (value === undefined || value === null) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'a map' : JSON.stringify(value)
}
