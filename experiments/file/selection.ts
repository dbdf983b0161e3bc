/**
 * How a file chooses an algorithm of a family: `best-fit`, `{ name: target-utilization, target: 60% }`, or the user's own
 * `{ file: ./snug.ts, memoryWeight: 2 }`.
 */
import { z } from 'zod'
import { type ParameterValue, type Selection, suggestion, valuesOf } from '../../sim/index.ts'
import { show } from './document.ts'
import { familyOf, type Described, type DescribedFamily, type FamilyPath } from './families.ts'
import { loadedFile, type LoadedFiles } from './loaded-files.ts'
import { parameterShape, plainValues } from './parameter-schema.ts'
import { peerOf } from './peers.ts'
import { isMap, jsonOf, once, ownKeys, section } from './quantities.ts'

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
    const entry = loadedFile(this.loaded, this.path, map['file'], show(map['file']))
    if (Array.isArray(entry)) return { issues: entry.map((message) => ({ path: ['file'], message })) }
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
    const output: Record<string, unknown> = { name: definition.name, values: plainValues(definition, values), ...own }
    for (const extra of Object.keys(this.extras)) output[extra] = given[extra]
    return { output: output as Output }
  }

  private schemaOf(key: 'name' | 'file', definition: Described): z.ZodType<Record<string, unknown>> {
    let schema = this.schemas.get(definition)
    if (schema === undefined) {
      const { name, parameters } = definition
      const algorithm = key === 'file' ? z.string() : z.literal(name)
      schema = section(`a ${this.family.word}`, { [key]: algorithm, ...this.extras, ...parameterShape(parameters, this.loaded) })
      this.schemas.set(definition, schema)
    }
    return schema
  }
}

const extraJson = (extras: Extras): Record<string, unknown> =>
  jsonOf(z.strictObject({ ...extras }))['properties'] as Record<string, unknown>
