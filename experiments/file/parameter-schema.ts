/** From the descriptors of parameters to schemas, and from values to how a file writes them. */
import { z } from 'zod'
import {
  type EntryKey,
  type OwnPart,
  type Parameter,
  type ParameterEntry,
  type Parameters,
  type ParameterValue,
  showCpu,
  showDuration,
  showMemory,
  valuesOf,
} from '../../sim/index.ts'
import { show } from './document.ts'
import type { Described } from './families.ts'
import { loadedFile, type LoadedFiles } from './loaded-files.ts'
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
  oneOf,
  ownKeys,
  percentText,
  section,
  share,
  whole,
  type Bounds,
} from './quantities.ts'

function parameterSchema(parameter: Parameter | EntryKey, loaded: LoadedFiles): z.ZodType {
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
    case 'files':
      return partsSchema(parameter as Parameter, loaded)
  }
}

/** A list of maps, each with the keys of `of`; a key without a default is required. */
function entriesSchema(of: Readonly<Record<string, EntryKey>>, { min = 0, max = Infinity }: Bounds): z.ZodType {
  const shape = entryShape(of)
  const what = `maps with ${Object.keys(of).join(' and ')}`
  return list(what, z.preprocess(ownKeys, section('an entry', shape))).superRefine((entries, context) => {
    if (entries.length < min || entries.length > max)
      context.addIssue({
        code: 'custom',
        message: `found ${entries.length} entries; accepted: a list of ${what}, with a length${boundsText({ min, max })}`,
      })
  })
}

function entryShape(of: Readonly<Record<string, EntryKey>>): Record<string, z.ZodType> {
  return Object.fromEntries(
    Object.entries(of).map(([name, key]) => {
      const schema = parameterSchema(key, NO_FILES)
      const prefaulted = key.default === undefined ? schema : schema.prefault(writtenDefault(key as Parameter) as never)
      return [name, prefaulted.meta({ description: key.meaning })]
    }),
  )
}

const NO_FILES: LoadedFiles = new Map()

/** Parts of an algorithm: maps with a file, the keys of `of`, and the parameters of the file. */
function partsSchema({ of = {}, part = 'plugin' }: Parameter, loaded: LoadedFiles): z.ZodType {
  const what = `maps with file, as in { file: ./own.ts }`
  const file = { type: 'string', description: `the user's own ${part}, relative to this file` }
  const keys = jsonOf(section('an entry', entryShape(of)))['properties'] as Record<string, unknown>
  const item = z
    .unknown()
    .transform((value, context): OwnPart => {
      const read = isMap(value)
        ? partOf(value, of, loaded, part)
        : [{ path: [], message: `found ${show(value)}; accepted: a map with file, as in { file: ./own.ts }` }]
      if (!Array.isArray(read)) return read
      for (const issue of read) context.issues.push({ code: 'custom', input: value, ...issue } as never)
      return z.NEVER
    })
    .meta({ type: 'object', properties: { file, ...keys }, required: ['file'] } as never)
  return list(what, item)
}

interface PartIssue {
  readonly path: readonly PropertyKey[]
  readonly message: string
}

function partOf(
  map: Record<string, unknown>,
  of: Readonly<Record<string, EntryKey>>,
  loaded: LoadedFiles,
  part: NonNullable<Parameter['part']>,
): OwnPart | PartIssue[] {
  const entry = loadedFile(loaded, part, map['file'], show(map['file']))
  if (Array.isArray(entry)) return entry.map((message) => ({ path: ['file'], message }))
  const { definition } = entry
  const shape = { file: z.string(), ...entryShape(of), ...parameterShape(definition.parameters, loaded) }
  const parsed = section(`the ${part} ${definition.name}`, shape).safeParse(ownKeys(map))
  if (!parsed.success) return parsed.error.issues
  const data = parsed.data as Record<string, ParameterValue>
  const given = Object.fromEntries(Object.keys(of).map((key) => [key, data[key]])) as ParameterEntry
  const { name, parameters } = definition
  const values = valuesOf(parameters, data)
  // The definition is for checks of the values only: it is no data.
  return {
    name,
    file: entry.file,
    digest: entry.digest,
    given,
    values,
    definition: definition as unknown as NonNullable<OwnPart['definition']>,
  }
}

/** Values as plain data, without the definitions of parts. */
export function plainValues(definition: Described, values: Readonly<Record<string, ParameterValue>>): Record<string, ParameterValue> {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [
      key,
      definition.parameters[key].kind === 'files' ? (value as readonly OwnPart[]).map(({ definition: _, ...part }) => part) : value,
    ]),
  )
}

/** The default of a parameter as it is written in a file. */
export function writtenDefault(parameter: Parameter): ParameterValue {
  const value = parameter.default
  if (parameter.kind === 'document' || parameter.kind === 'files') return value
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

/** A key for each parameter. */
export function parameterShape(parameters: Parameters, loaded: LoadedFiles): Record<string, z.ZodType> {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, parameter]) => [
      name,
      parameterSchema(parameter, loaded)
        .optional()
        .meta({ description: parameter.meaning, default: writtenDefault(parameter) }),
    ]),
  )
}
