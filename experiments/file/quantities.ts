/**
 * The elements of an experiment file as zod schemas: quantities as users write them, names, sections of fixed keys, values with
 * several forms. The message of a problem is written beside the rule.
 */
import { z } from 'zod'
import {
  readCpu,
  readDuration,
  readMemory,
  readPrice,
  readRate,
  readShare,
  showCpu,
  showDuration,
  showMemory,
  suggestion,
  UnitError,
} from '../../sim/index.ts'
import { show } from './document.ts'

type Json = Readonly<Record<string, unknown>>

/** A schema from a reading function, which throws a UnitError or returns undefined for values that it does not accept. */
export function quantity<T>(accepted: string, read: (value: unknown) => T | undefined, json: Json) {
  return z
    .unknown()
    .transform((value, context): T => {
      let message = `found ${show(value)}; accepted: ${accepted}`
      try {
        const result = read(value)
        if (result !== undefined) return result
      } catch (error) {
        if (!(error instanceof UnitError)) throw error
        if (isText(value) || isNumber(value)) message = error.message
      }
      context.issues.push({ code: 'custom', message, input: value })
      return z.NEVER
    })
    .meta({ ...json })
}

const isText = (value: unknown): value is string => typeof value === 'string'
const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value)
const trimmed = (value: unknown): unknown => (isText(value) ? value.trim() : value)
const zeroAsText = (value: unknown): unknown => (value === 0 ? '0' : trimmed(value))

/** Inclusive bounds. */
export interface Bounds {
  readonly min?: number
  readonly max?: number
}

const within = (value: number, { min = -Infinity, max = Infinity }: Bounds): number | undefined =>
  value >= min && value <= max ? value : undefined

/** "between 1 and 20", "of at least 1", "of at most 20", or ''. */
export function boundsText({ min, max }: Bounds, unit: (n: number) => string = String): string {
  if (min !== undefined && max !== undefined) return ` between ${unit(min)} and ${unit(max)}`
  if (min !== undefined) return ` of at least ${unit(min)}`
  if (max !== undefined) return ` of at most ${unit(max)}`
  return ''
}

/** Bounds worth printing: a minimum of 0 is implied. */
const beyondZero = ({ min, max }: Bounds): Bounds => ({
  ...(min === undefined || min === 0 ? {} : { min }),
  ...(max === undefined ? {} : { max }),
})

/** A duration in whole microseconds. */
export function duration(bounds: Bounds = {}) {
  return quantity(
    `a duration${boundsText(beyondZero(bounds), showDuration)} such as 250ms, 15s or 1h30m`,
    (value) => within(readDuration(zeroAsText(value)), bounds),
    {
      type: ['string', 'number'],
      examples: ['15s', '1h30m', '250ms', 0],
    },
  )
}

/** A duration above zero. */
export const positiveTime = () => duration({ min: 1 })

/** CPU in millicores. */
export function cpu(bounds: Bounds = { min: 1 }) {
  return quantity(
    `an amount of CPU${boundsText(beyondZero(bounds), showCpu)} such as 250m, 0.5 or 2`,
    (value) => within(readCpu(trimmed(value)), bounds),
    {
      type: ['string', 'number'],
      examples: ['250m', 2],
    },
  )
}

/** Memory in bytes. */
export function memory(bounds: Bounds = {}) {
  return quantity(
    `an amount of memory${boundsText(beyondZero(bounds), showMemory)} such as 512Mi, 2Gi or 1e9 (bytes)`,
    (value) => within(readMemory(trimmed(value)), bounds),
    {
      type: ['string', 'number'],
      examples: ['512Mi', '2Gi'],
    },
  )
}

/** Bytes per second, at least `least`. */
export const throughput = (least: number) =>
  quantity(
    'an amount of data per second such as 24Mi/s',
    (value) => {
      const found = typeof value === 'string' && value.trim().endsWith('/s') ? value.trim().slice(0, -2) : value === 0 ? '0' : ''
      const bytes = memory().safeParse(found)
      return bytes.success && bytes.data >= least ? bytes.data : undefined
    },
    { type: ['string', 'number'], examples: ['24Mi/s', '1024Ki/s'] },
  )

/** "70%" or 0.7, both 0.7. */
export function share(bounds: Bounds = { min: 0 }) {
  return quantity(`a share${boundsText(bounds, percentText)} such as 70% or 0.7`, (value) => within(readShare(trimmed(value)), bounds), {
    type: ['string', 'number'],
    examples: ['70%', 0.7],
  })
}

/** 0.7 as "70%". */
export const percentText = (value: number): string => `${Math.round(value * 1e6) / 1e4}%`

/** A rate above zero, per second. */
export const rate = () =>
  quantity(
    'a rate above 0 such as 800/s, 1.5k/s or 30/m',
    (value) => {
      const perSecond = readRate(trimmed(value))
      return perSecond > 0 ? perSecond : undefined
    },
    { type: 'string', examples: ['800/s', '30/m'] },
  )

/** A price in micro-dollars per hour. */
export const price = () =>
  quantity('a price per hour such as 0.77/h', (value) => readPrice(trimmed(value)), { type: 'string', examples: ['0.77/h'] })

/** A whole number. */
export function whole(bounds: Bounds = { min: 0 }) {
  return quantity(
    `a whole number${boundsText(bounds)}`,
    (value) => (Number.isSafeInteger(value) ? within(value as number, bounds) : undefined),
    {
      type: 'integer',
      ...(bounds.min === undefined ? {} : { minimum: bounds.min }),
      ...(bounds.max === undefined ? {} : { maximum: bounds.max }),
    },
  )
}

/** A number. */
export function number(bounds: Bounds = {}) {
  return quantity(`a number${boundsText(bounds)}`, (value) => (isNumber(value) ? within(value, bounds) : undefined), {
    type: 'number',
    ...(bounds.min === undefined ? {} : { minimum: bounds.min }),
    ...(bounds.max === undefined ? {} : { maximum: bounds.max }),
  })
}

/** A number above zero. */
export const positive = () =>
  quantity('a number above 0', (value) => (isNumber(value) && value > 0 ? value : undefined), { type: 'number', exclusiveMinimum: 0 })

/** A boolean. */
export const flag = () => quantity('true or false', (value) => (typeof value === 'boolean' ? value : undefined), { type: 'boolean' })

/** Any text. */
export const words = () =>
  quantity('text', (value) => (isText(value) ? value : isNumber(value) ? String(value) : undefined), { type: 'string' })

/** A name that is safe as a folder, a CSV cell and a part of a path. */
export const name = () =>
  quantity(
    'a name of letters, digits, underscores and hyphens that begins with a letter or digit',
    (value) => {
      const text = isNumber(value) ? String(value) : value
      return isText(text) && /^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(text) ? text : undefined
    },
    { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9_-]*$' },
  )

/** One of several words. `pointer` knows more of a wrong word than its letters: what it is called here. */
export function oneOf<const W extends string>(
  accepted: readonly W[],
  pointer: (value: string, accepted: readonly W[]) => string = () => '',
) {
  return z
    .unknown()
    .transform((value, context): W => {
      if (accepted.includes(value as W)) return value as W
      const near = isText(value) ? pointer(value, accepted) || suggestion(value, accepted) : ''
      context.issues.push({ code: 'custom', message: `found ${show(value)}; accepted: ${accepted.join(', ')}${near}`, input: value })
      return z.NEVER
    })
    .meta({ type: 'string', enum: [...accepted] })
}

/** A map of fixed keys. Unknown keys are refused with the list of known keys; spec.ts splits the issue by key. `hint` says more about a value that is no map. */
export function section<S extends z.ZodRawShape>(what: string, shape: S, hint: (value: unknown) => string = () => '') {
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code === 'unrecognized_keys') return Object.keys(shape).join(', ')
      return `found ${show(issue.input)}; accepted: ${what}${A_MAP}${Object.keys(shape).join(', ')}${hint(issue.input)}`
    },
  })
}

/**
 * A copy with the own keys alone: zod reads keys with `in`, which also finds `constructor` and `toString` of every object. Only for maps whose keys the
 * user's code chooses.
 */
export const ownKeys = (value: unknown): unknown => (isMap(value) ? Object.assign(Object.create(null) as object, value) : value)

/** Computes a value when it is first asked for. zod reads the properties of a description again for each key above it. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => (made ??= { value: make() }).value
}

/** A map from any names to values of one schema. The record of zod would drop a key called `__proto__`. */
export function mapOf<T>(what: string, item: z.ZodType<T>) {
  const json = once(() => jsonOf(item))
  return z
    .unknown()
    .transform((value, context): Readonly<Record<string, T>> => {
      if (!isMap(value)) {
        context.issues.push({ code: 'custom', message: `found ${show(value)}; accepted: ${what}`, input: value })
        return z.NEVER
      }
      const entries = Object.entries(value).map(([key, given]) => [key, item.safeParse(given)] as const)
      for (const [key, { error }] of entries)
        for (const issue of error?.issues ?? []) context.issues.push({ ...issue, path: [key, ...issue.path], input: value } as never)
      return Object.fromEntries(entries.map(([key, { data }]) => [key, data as T]))
    })
    .meta({
      type: 'object',
      get additionalProperties() {
        return json()
      },
    }) // a getter, for the reason of `forms`
}

/** A list of `what`. */
export function list<T extends z.ZodType>(what: string, item: T) {
  return z.array(item, { error: (issue) => `found ${show(issue.input)}; accepted: a list of ${what}` })
}

/** A map from text to text: labels and selectors. Numbers and booleans are read as text. */
export const labels = () =>
  quantity(
    'a map from names to text, such as { tier: web }',
    (value) => {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
      const entries = Object.entries(value as object)
      if (entries.some(([, text]) => typeof text === 'object')) return undefined
      return Object.fromEntries(entries.map(([key, text]) => [key, String(text)]))
    },
    { type: 'object', additionalProperties: { type: ['string', 'number', 'boolean'] } },
  )

/** A map from resource names to whole amounts. */
export const amounts = () =>
  quantity(
    'a map from resource names to whole numbers, such as { licences: 2 }',
    (value) => {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
      for (const amount of Object.values(value)) if (!Number.isSafeInteger(amount) || (amount as number) < 0) return undefined
      return { ...value }
    },
    { type: 'object', additionalProperties: { type: 'integer', minimum: 0 } },
  )

/**
 * A value with several forms. `choose` selects the form from the value, so that only the problems of that form are reported (a union
 * would report those of all forms).
 */
export function forms<T>(choices: Readonly<Record<string, z.ZodType<T>>>, choose: (value: unknown) => string | { readonly wrong: string }) {
  const json = once(() => Object.values(choices).map(jsonOf))
  const needed = once(() => Object.values(choices).flatMap(neededKeys))
  const schema = z
    .unknown()
    .transform((value, context): T => {
      const chosen = choose(value)
      if (typeof chosen !== 'string') {
        context.issues.push({ code: 'custom', message: chosen.wrong, input: value })
        return z.NEVER
      }
      const parsed = choices[chosen].safeParse(value)
      if (parsed.success) return parsed.data
      for (const issue of parsed.error.issues) context.issues.push({ ...withForms(issue, needed()), input: value } as never)
      return z.NEVER
    })
    .meta({
      get anyOf() {
        return json()
      },
    }) // a getter, since only `orchsim schema` needs it and it is slow
  neededByForms.set(schema, needed)
  return schema
}

/** Before the keys of other forms of a value, in a message about the chosen form. */
const OTHER_FORMS = '; in another form '
/** Between what a section is and its keys. */
const A_MAP = ', a map with '

/** The keys that a message of `section` or `forms` about an unknown key names. */
export const keysNamed = (accepted: string): readonly string[] => accepted.split(OTHER_FORMS).flatMap((part) => part.split(', '))

/** An issue about the value itself (an unknown key, no map) also names the key that each other form needs and the chosen one does not have. */
function withForms(issue: z.core.$ZodIssue, needed: readonly (readonly string[])[]): z.core.$ZodIssue {
  const [accepted, before] = issue.message.split(OTHER_FORMS)
  if (issue.path.length > 0 || !(issue.code === 'unrecognized_keys' || accepted.includes(A_MAP))) return issue
  const chosen = accepted.slice(accepted.includes(A_MAP) ? accepted.indexOf(A_MAP) + A_MAP.length : 0).split(', ')
  const leads = needed.flatMap((keys) => keys.find((key) => !chosen.includes(key)) ?? [])
  const others = [...new Set([...(before?.split(', ') ?? []), ...leads])].filter((key) => !chosen.includes(key))
  return others.length === 0 ? issue : { ...issue, message: `${accepted}${OTHER_FORMS}${others.join(', ')}` }
}

/** For each form of a value the keys that it cannot be without, by its schema. */
const neededByForms = new WeakMap<z.ZodType, () => readonly (readonly string[])[]>()

/** The same for any schema; no list for one that is no map. */
function neededKeys(schema: z.ZodType): readonly (readonly string[])[] {
  const forms = neededByForms.get(schema)
  if (forms !== undefined) return forms()
  if (schema instanceof z.ZodObject) {
    const shape = schema.shape as Record<string, z.ZodType>
    return [Object.keys(shape).filter((key) => !shape[key].safeParse(undefined).success)]
  }
  return schema instanceof z.ZodPipe ? neededKeys(schema.in as z.ZodType) : []
}

/** Schemas that several keys share, by name: `definitions` of the JSON Schema. */
export const definitions = new Map<string, z.ZodType>()

/** A schema that several keys share: a reference in the JSON Schema. Draft 7 ignores the siblings of `$ref`, hence the allOf. */
export function shared<T>(name: string, schema: z.ZodType<T>): z.ZodType<T> {
  definitions.set(name, schema)
  return z
    .unknown()
    .transform((value, context): T => {
      const parsed = schema.safeParse(value)
      if (parsed.success) return parsed.data
      for (const issue of parsed.error.issues) context.issues.push({ ...issue, input: value } as never)
      return z.NEVER
    })
    .meta({ allOf: [{ $ref: `#/definitions/${name}` }] })
}

/** JSON Schema of the accepted input, in draft 7, which all language servers support. */
export function jsonOf(schema: z.ZodType): Record<string, unknown> {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io: 'input', target: 'draft-7' }) as Record<string, unknown>
  return json
}

export const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Chooses between two forms of a section by the presence of a key. */
export const byKey =
  (key: string, present: string, absent: string) =>
  (value: unknown): string =>
    isMap(value) && key in value ? present : absent
