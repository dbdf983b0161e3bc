/**
 * How a file chooses an algorithm of a family: `best-fit`, `{ name: target-utilization, target: 60% }`, or the user's own
 * `{ file: ./snug.ts, memoryWeight: 2 }`. The parameter descriptors of definitions become schemas here.
 */
import { z } from 'zod'
import {
  type EntryKey,
  type Parameter,
  type ParameterEntry,
  type Parameters,
  type ParameterValue,
  type Selection,
  showCpu,
  showDuration,
  showMemory,
  suggestion,
  valuesOf,
} from '../../sim/index.ts'
import { show } from './document.ts'
import { familyOf, type Described, type DescribedFamily, type FamilyPath } from './families.ts'
import { peerOf } from './peers.ts'
import {
  boundsText,
  cpu,
  duration,
  flag,
  isMap,
  jsonOf,
  list,
  memory,
  name,
  number,
  once,
  oneOf,
  ownKeys,
  percentText,
  section,
  share,
  whole,
  type Bounds,
} from './quantities.ts'

/** Users' files by `loadedKey`: the definition of a file, or its problems. */
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
    case 'name':
      return name()
    case 'document':
      return z
        .record(z.string(), z.unknown(), { error: ({ input }) => `found ${show(input)}; accepted: a map, or the path of a YAML file` })
        .meta({ type: ['object', 'string'] as never }) // the path is replaced before this is read (config-files.ts)
    case 'list':
      return entriesSchema(parameter.of ?? {}, bounds)
  }
}

/** A list of maps, each with the keys of `of`; a key without a default is required. */
function entriesSchema(of: Readonly<Record<string, EntryKey>>, { min = 0, max = Infinity }: Bounds): z.ZodType {
  const shape = Object.fromEntries(
    Object.entries(of).map(([name, key]) => {
      const schema = parameterSchema(key)
      const prefaulted = key.default === undefined ? schema : schema.prefault(writtenDefault(key as Parameter) as never)
      return [name, prefaulted.meta({ description: key.meaning })]
    }),
  )
  const what = `maps with ${Object.keys(of).join(' and ')}`
  return list(what, z.preprocess(ownKeys, section('an entry', shape))).superRefine((entries, context) => {
    if (entries.length < min || entries.length > max)
      context.addIssue({
        code: 'custom',
        message: `found ${entries.length} entries; accepted: a list of ${what}, with a length${boundsText({ min, max })}`,
      })
  })
}

/** The default of a parameter as it is written in a file. */
export function writtenDefault(parameter: Parameter): ParameterValue {
  const value = parameter.default
  if (parameter.kind === 'document') return value
  if (typeof value === 'object') return (value as readonly ParameterEntry[]).map((entry) => writtenEntry(entry, parameter.of ?? {}))
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
  const written = Object.entries(of).map(([name, key]) => [name, writtenDefault({ ...key, default: entry[name] })])
  return Object.fromEntries(written) as ParameterEntry
}

function parameterShape(parameters: Parameters): Record<string, z.ZodType> {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, parameter]) => [
      name,
      parameterSchema(parameter)
        .optional()
        .meta({ description: parameter.meaning, default: writtenDefault(parameter) }),
    ]),
  )
}

type Extras = Readonly<Record<string, z.ZodType>>

interface SelectionIssue {
  readonly path: readonly PropertyKey[]
  readonly message: string
}

type Parsed<Output> = { readonly issues: readonly SelectionIssue[] } | { readonly output: Output }

const wrong = (message: string, ...path: string[]): { readonly issues: readonly SelectionIssue[] } => ({ issues: [{ path, message }] })

/** The schema of one family's choice. `extras` are further keys beside the algorithm's own parameters, such as the order of a scheduler's queue. */
export function selectionSchema<E extends Extras>(path: FamilyPath, loaded: LoadedFiles, extras: E) {
  type Output = Selection & { readonly [K in keyof E]: z.infer<E[K]> }
  const family = familyOf(path)
  const reader = new SelectionReader<Output>(path, loaded, extras)
  const json = once(() => reader.json())
  return z
    .unknown()
    .transform((value, context): Output => {
      const result = reader.read(value)
      if ('output' in result) return result.output
      for (const issue of result.issues) context.issues.push({ code: 'custom', input: value, ...issue } as never)
      return z.NEVER
    })
    .prefault(family.default)
    .meta({
      description: family.meaning,
      get anyOf() {
        return json()
      },
    }) // a getter, since only `orchsim schema` needs it and it is slow
}

/** Reads the choice of one family: a name, a map with a name, a map with a file, or the extra keys alone. */
class SelectionReader<Output> {
  private readonly family: DescribedFamily
  private readonly names: readonly string[]
  private readonly path: FamilyPath
  private readonly loaded: LoadedFiles
  private readonly extras: Extras
  /** One schema per definition, since a schema costs as much as a hundred parses. */
  private readonly schemas = new Map<Described, z.ZodType<Record<string, unknown>>>()

  constructor(path: FamilyPath, loaded: LoadedFiles, extras: Extras) {
    this.path = path
    this.family = familyOf(path)
    this.names = this.family.all.map((definition) => definition.name)
    this.loaded = loaded
    this.extras = extras
  }

  read(value: unknown): Parsed<Output> {
    if (typeof value === 'string') return this.readNamed({ name: value }, [])
    if (!isMap(value)) return wrong(`found ${show(value)}; accepted: ${this.accepted()}`)
    if ('file' in value) return 'name' in value ? wrong('found both name and file; accepted: one of them', 'file') : this.readFile(value)
    if (value['name'] !== undefined) return this.readNamed(value, ['name'])
    if (Object.keys(this.extras).some((key) => key in value))
      return this.finish({ ...value, name: this.family.default }, 'name', this.family.find(this.family.default)!)
    return wrong(`found a map without a name; accepted: { name: … } with one of ${this.names.join(', ')}, or { file: ./own.ts }`)
  }

  /** Alternatives of the JSON Schema. */
  json(): Record<string, unknown>[] {
    const file = { type: 'string', description: "the user's own algorithm, relative to this file" }
    return [
      { type: 'string', enum: this.names },
      ...this.family.all.map((one) => ({ ...jsonOf(this.schemaOf('name', one)), description: one.summary })),
      { type: 'object', properties: { file, ...extraJson(this.extras) }, required: ['file'] },
      ...(Object.keys(this.extras).length === 0 ? [] : [jsonOf(section('the keys beside an algorithm', { ...this.extras }))]),
    ]
  }

  private accepted(): string {
    return `${this.names.join(', ')}, or { file: ./own.ts }`
  }

  private readNamed(map: Record<string, unknown>, at: string[]): Parsed<Output> {
    const name = map['name']
    if (typeof name !== 'string') return wrong(`found ${show(name)}; accepted: ${this.accepted()}`, ...at)
    const definition = this.family.find(name)
    if (definition !== undefined) return this.finish(map, 'name', definition)
    const near = /[./]/.test(name) ? ` (did you mean { file: ${name} }?)` : peerOf(this.path, name) || suggestion(name, this.names)
    return wrong(`found the unknown ${this.family.word} ${show(name)}; accepted: ${this.accepted()}${near}`, ...at)
  }

  private readFile(map: Record<string, unknown>): Parsed<Output> {
    const { file } = map
    if (typeof file !== 'string') return wrong(`found ${show(file)}; accepted: the path of a module, such as ./own.ts`, 'file')
    const entry = this.loaded.get(loadedKey(this.path, file))
    if (entry === undefined) return wrong(`found ${show(file)}, which was not loaded; accepted: a file next to the experiment`, 'file')
    if ('problems' in entry) return { issues: entry.problems.map((message) => ({ path: ['file'], message })) }
    return this.finish(map, 'file', entry.definition, { file: entry.file, digest: entry.digest })
  }

  /** Parameters and extras of a known definition. */
  private finish(
    map: Record<string, unknown>,
    key: 'name' | 'file',
    definition: Described,
    own: { readonly file?: string; readonly digest?: string } = {},
  ): Parsed<Output> {
    const parsed = this.schemaOf(key, definition).safeParse(ownKeys(map))
    if (!parsed.success) return { issues: parsed.error.issues }
    const given = parsed.data as Record<string, ParameterValue>
    const values = valuesOf(definition.parameters, given)
    const problems = definition.problems?.(values) ?? []
    if (problems.length > 0) return { issues: problems.map(({ path, message }) => ({ path: [...path], message })) }
    const output: Record<string, unknown> = { name: definition.name, values, ...own }
    for (const extra of Object.keys(this.extras)) output[extra] = given[extra]
    return { output: output as Output }
  }

  private schemaOf(key: 'name' | 'file', definition: Described): z.ZodType<Record<string, unknown>> {
    let schema = this.schemas.get(definition)
    if (schema === undefined) {
      const { name, parameters } = definition
      const algorithm = key === 'file' ? z.string() : z.literal(name)
      schema = section(`a ${this.family.word}`, { [key]: algorithm, ...this.extras, ...parameterShape(parameters) })
      this.schemas.set(definition, schema)
    }
    return schema
  }
}

const extraJson = (extras: Extras): Record<string, unknown> =>
  jsonOf(z.strictObject({ ...extras }))['properties'] as Record<string, unknown>
