/**
 * A user's own algorithm: the default export of a file named in YAML becomes a Definition of its family. It is checked here, once; a run
 * does not check it again. Each family lists the forms that it accepts (own.ts of the family).
 */
import type { Definition, Parameter, ParameterKind, ParameterValue, Parameters } from './define.ts'

/** A definition, or everything that is wrong with the export, each problem as one sentence. */
export type Adopted<D> = { readonly definition: D } | { readonly problems: readonly string[] }

/** A form in which a user may write a member of the family: the name of its function, and how that becomes `create`. */
export interface Form<Made, Context> {
  /** The function that must be on the exported object. */
  readonly name: string
  readonly make: (exported: Exported) => (values: Readonly<Record<string, ParameterValue>>, context: Context) => Made
}

/** The properties of every own algorithm, beside its function. */
export interface OwnAlgorithm {
  /** Lower-case words joined by hyphens: the name in tables and charts. */
  readonly name: string
  readonly summary?: string
  readonly source?: string
  /** Descriptors, or just the defaults: `{ memoryWeight: 1 }`. YAML sets them beside `file`, the function gets them as `values`. */
  readonly parameters?: Readonly<Record<string, Parameter | number | boolean>>
}

/** A default export that is an object. */
export type Exported = Readonly<Record<string, unknown>>

const kinds: readonly ParameterKind[] = ['number', 'integer', 'share', 'duration', 'cpu', 'memory', 'boolean', 'choice', 'name', 'list']

/** A parameter is written as a descriptor, or just as its default: `{ memoryWeight: 1 }`. */
function parametersOf(given: unknown, problems: string[]): Parameters {
  if (given === undefined) return {}
  const parameters: [string, Parameter][] = []
  if (typeof given !== 'object' || given === null) {
    problems.push(`parameters must be an object, found ${typeof given}`)
    return {}
  }
  for (const [name, value] of Object.entries(given as Record<string, unknown>)) {
    if (name === '__proto__')
      problems.push('parameters has the key __proto__, which no object can be given in the usual way; accepted: another name')
    else if (typeof value === 'number') parameters.push([name, { kind: 'number', default: value, meaning: 'set by its author' }])
    else if (typeof value === 'boolean') parameters.push([name, { kind: 'boolean', default: value, meaning: 'set by its author' }])
    else if (!isDescriptor(value))
      problems.push(
        `parameters.${name} must be a number, true or false, or a descriptor { kind, default, meaning } with kind one of ${kinds.join(', ')}`,
      )
    else if (value.kind === 'list' && !isListDescriptor(value))
      problems.push(
        `parameters.${name} is a list: it needs of, a map from the keys of an entry to descriptors { kind, meaning } of any other kind, and a list as its default`,
      )
    else parameters.push([name, value])
  }
  return Object.fromEntries(parameters)
}

function isDescriptor(value: unknown): value is Parameter {
  return (
    typeof value === 'object' && value !== null && kinds.includes((value as Parameter).kind) && (value as Parameter).default !== undefined
  )
}

function isListDescriptor({ of, default: entries }: Parameter): boolean {
  const isKey = (key: unknown): boolean => isDescriptor({ default: 0, ...(key as object) }) && (key as Parameter).kind !== 'list'
  return typeof of === 'object' && of !== null && Object.values(of).every(isKey) && Array.isArray(entries)
}

/** The definition of a default export, in the first of the forms whose function it has. */
export function adopt<Made, Context>(
  family: string,
  exported: unknown,
  forms: readonly Form<Made, Context>[],
): Adopted<Definition<Made, Context>> {
  if (typeof exported !== 'object' || exported === null) {
    return {
      problems: [
        `the default export must be an object with a name and ${forms.map((d) => d.name).join(' or ')}, found ${exported === undefined ? 'no default export' : typeof exported}`,
      ],
    }
  }
  const given = exported as Exported
  const problems: string[] = []
  const name = given['name']
  if (typeof name !== 'string' || !/^[a-z][a-z0-9-]*$/.test(name)) {
    problems.push(`name must be lower-case words joined by hyphens, found ${JSON.stringify(name) ?? 'nothing'}`)
  }
  const form = forms.find((d) => typeof given[d.name] === 'function')
  if (form === undefined) {
    problems.push(
      `a ${family} needs a function ${forms.map((d) => d.name).join(' or ')}, found ${Object.keys(given).join(', ') || 'an empty object'}`,
    )
  }
  const parameters = parametersOf(given['parameters'], problems)
  if (problems.length > 0 || form === undefined) return { problems }
  const text = (key: string, fallback: string): string => (typeof given[key] === 'string' ? given[key] : fallback)
  return {
    definition: {
      name: name as string,
      summary: text('summary', `the user's own ${family}`),
      source: text('source', 'the user'),
      fidelity: 'inspired',
      parameters,
      create: form.make(given),
    },
  }
}
