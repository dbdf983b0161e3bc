/**
 * How a family's member is chosen in a file: `best-fit`, `{ name: target-utilization, target: 60% }`, or the user's own
 * `{ file: ./snug.ts, memoryWeight: 2 }`. Parameter descriptors of the definition become schemas here.
 */
import { z } from 'zod'
import {
  valuesOf,
  type EntryKey,
  type Parameter,
  type ParameterEntry,
  type Parameters,
  type ParameterValue,
  type Selection,
} from '../../sim/common/define.ts'
import { showCpu, showDuration, showMemory } from '../../sim/common/units.ts'
import { suggestion } from '../../sim/common/suggestion.ts'
import { show } from './document.ts'
import { FAMILIES, familyOf, type Described, type FamilyPath } from './families.ts'
import {
  boundsText,
  cpu,
  duration,
  flag,
  isMap,
  jsonOf,
  list,
  memory,
  number,
  oneOf,
  percentText,
  section,
  share,
  whole,
  type Bounds,
} from './quantities.ts'

/** Users' files that have been loaded, by `family` and the text in the YAML; what is wrong with the others. */
export type LoadedFiles = ReadonlyMap<string, LoadedFile>

export type LoadedFile =
  { readonly definition: Described; readonly file: string; readonly digest: string } | { readonly problems: readonly string[] }

export const loadedKey = (family: FamilyPath, file: string): string => `${family} ${file}`

function parameterSchema(parameter: Parameter | EntryKey): z.ZodType {
  const bounds: Bounds = {
    ...(parameter.min === undefined ? {} : { min: parameter.min }),
    ...(parameter.max === undefined ? {} : { max: parameter.max }),
  }
  switch (parameter.kind) {
    case 'number':
      return number(bounds)
    case 'integer':
      return whole(bounds)
    case 'share':
      return share(bounds)
    case 'duration':
      return duration(bounds)
    case 'cpu':
      return cpu(bounds)
    case 'memory':
      return memory(bounds)
    case 'boolean':
      return flag()
    case 'choice':
      return oneOf(parameter.choices ?? [])
    case 'list':
      return entriesSchema(parameter.of ?? {}, bounds)
  }
}

/** A list of maps, each with the keys of `of`; a key without a default must be there. */
function entriesSchema(of: Readonly<Record<string, EntryKey>>, { min = 0, max = Infinity }: Bounds): z.ZodType {
  const shape: Record<string, z.ZodType> = {}
  for (const [name, key] of Object.entries(of)) {
    const schema = parameterSchema(key)
    shape[name] = (key.default === undefined ? schema : schema.prefault(writtenDefault(key as Parameter) as never)).meta({
      description: key.meaning,
    })
  }
  const what = `maps with ${Object.keys(of).join(' and ')}`
  return list(what, section('an entry', shape)).superRefine((entries, context) => {
    if (entries.length < min || entries.length > max)
      context.addIssue({
        code: 'custom',
        message: `found ${entries.length} entries; accepted: a list of ${what}, with a length${boundsText({ min, max })}`,
      })
  })
}

/** A default as a user would write it. */
export function writtenDefault(parameter: Parameter): ParameterValue {
  const value = parameter.default
  if (typeof value === 'object') return value.map((entry) => writtenEntry(entry, parameter.of ?? {}))
  if (typeof value !== 'number') return value
  switch (parameter.kind) {
    case 'duration':
      return showDuration(value)
    case 'share':
      return percentText(value)
    case 'cpu':
      return showCpu(value)
    case 'memory':
      return showMemory(value)
    default:
      return value
  }
}

function writtenEntry(entry: ParameterEntry, of: Readonly<Record<string, EntryKey>>): ParameterEntry {
  const written: Record<string, number | boolean | string> = {}
  for (const [name, key] of Object.entries(of))
    written[name] = writtenDefault({ ...key, default: entry[name] }) as number | boolean | string
  return written
}

function parameterShape(parameters: Parameters): Record<string, z.ZodType> {
  const shape: Record<string, z.ZodType> = {}
  for (const [name, parameter] of Object.entries(parameters)) {
    shape[name] = parameterSchema(parameter)
      .optional()
      .meta({ description: parameter.meaning, default: writtenDefault(parameter) })
  }
  return shape
}

type Extras = Readonly<Record<string, z.ZodType>>

/** The schema of one family's choice. `extras` are further keys that belong to the seat, not to the algorithm. */
export function selectionSchema<E extends Extras>(path: FamilyPath, loaded: LoadedFiles, extras: E) {
  const family = familyOf(path)
  const names = family.all.map((d) => d.name)
  const accepted = `${names.join(', ')}, or { file: ./own.ts }`
  type Output = Selection & { readonly [K in keyof E]: z.infer<E[K]> }

  const words = new Map<Described, ReturnType<typeof wordOf>>()
  const wordOf = (key: 'name' | 'file', { name, parameters }: Described) =>
    section(`a ${family.word}`, { [key]: key === 'file' ? z.string() : z.literal(name), ...extras, ...parameterShape(parameters) })
  /** Made once for each definition: a schema costs as much as a hundred readings. */
  const wordFor = (key: 'name' | 'file', definition: Described) => {
    const word = words.get(definition) ?? wordOf(key, definition)
    words.set(definition, word)
    return word
  }

  const parse = (
    value: unknown,
  ):
    | { readonly issues: readonly { path: PropertyKey[]; message: string; code?: string; keys?: string[] }[] }
    | { readonly output: Output } => {
    const wrong = (message: string, at: string[] = []) => ({ issues: [{ path: at, message }] })
    if (typeof value === 'string' || isMap(value)) {
      const map = isMap(value) ? value : { name: value }
      const at = (key: string): string[] => (isMap(value) ? [key] : [])
      if ('file' in map && 'name' in map) return wrong('found both name and file; accepted: one of them', ['file'])
      if ('file' in map) {
        if (typeof map['file'] !== 'string')
          return wrong(`found ${show(map['file'])}; accepted: the path of a module, such as ./own.ts`, ['file'])
        const entry = loaded.get(loadedKey(path, map['file']))
        if (entry === undefined)
          return wrong(`found ${show(map['file'])}, which was not loaded; accepted: a file next to the experiment`, ['file'])
        if ('problems' in entry) return { issues: entry.problems.map((message) => ({ path: ['file'], message })) }
        return finish(map, 'file', entry.definition, { file: entry.file, digest: entry.digest })
      }
      const name = map['name']
      const definition = typeof name === 'string' ? family.find(name) : undefined
      if (definition !== undefined) return finish(map, 'name', definition, {})
      if (typeof name === 'string') {
        const near = /[./]/.test(name) ? ` (did you mean { file: ${name} }?)` : suggestion(name, names)
        return wrong(`found the unknown ${family.word} ${show(name)}; accepted: ${accepted}${near}`, at('name'))
      }
      if (isMap(value) && name === undefined) {
        if (Object.keys(extras).some((key) => key in map))
          return finish({ ...map, name: family.default }, 'name', family.find(family.default)!, {})
        return wrong(`found a map without a name; accepted: { name: … } with one of ${names.join(', ')}, or { file: ./own.ts }`)
      }
      return wrong(`found ${show(name)}; accepted: ${accepted}`, at('name'))
    }
    return wrong(`found ${show(value)}; accepted: ${accepted}`)
  }

  const finish = (map: Record<string, unknown>, key: 'name' | 'file', definition: Described, own: { file?: string; digest?: string }) => {
    const parsed = wordFor(key, definition).safeParse(map)
    if (!parsed.success) return { issues: parsed.error.issues as { path: PropertyKey[]; message: string }[] }
    const given = parsed.data as Record<string, ParameterValue>
    const values = valuesOf(definition.parameters, given)
    const problems = definition.problems?.(values) ?? []
    if (problems.length > 0) return { issues: problems.map(({ path, message }) => ({ path: [...path], message })) }
    const output: Record<string, unknown> = { name: definition.name, values, ...own }
    for (const extra of Object.keys(extras)) output[extra] = given[extra]
    return { output: output as unknown as Output }
  }

  const json = () => [
    { type: 'string', enum: names },
    ...family.all.map((d) => ({ ...jsonOf(wordFor('name', d)), description: d.summary })),
    {
      type: 'object',
      properties: { file: { type: 'string', description: "the user's own algorithm, relative to this file" }, ...extraJson(extras) },
      required: ['file'],
    },
    ...(Object.keys(extras).length === 0 ? [] : [jsonOf(section('the seat', { ...extras }))]),
  ]
  return z
    .unknown()
    .transform((value, context): Output => {
      const result = parse(value)
      if ('output' in result) return result.output
      for (const issue of result.issues) context.issues.push({ code: 'custom', input: value, ...issue } as never)
      return z.NEVER
    })
    .prefault(FAMILIES[path].default)
    .meta({
      description: family.meaning,
      get anyOf() {
        return json()
      },
    }) // asked for by `schema` alone, and slow
}

const extraJson = (extras: Extras): Record<string, unknown> =>
  jsonOf(z.strictObject({ ...extras }))['properties'] as Record<string, unknown>
