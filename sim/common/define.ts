/**
 * The definition of an algorithm, the same for every family: a name, what it prefers, its source, its parameters as plain data, and a
 * function that creates it. `experiments` derives zod, JSON Schema and `list` from the descriptors.
 */
import { entryOf } from './dictionary.ts'

/** The type of a parameter. Quantities are written as in Kubernetes; the algorithm gets whole numbers of the unit in brackets. */
export type ParameterKind =
  | 'number' // any finite number
  | 'integer'
  | 'share' // "70%" or 0.7, both 0.7
  | 'duration' // "15s" [µs]
  | 'cpu' // "250m" [millicores]
  | 'memory' // "2Gi" [bytes]
  | 'boolean'
  | 'choice' // one of `choices`
  | 'name' // of letters, digits, underscores and hyphens
  | 'list' // of maps with the keys of `of`, each of one of the kinds above
  | 'document' // a map of any depth, or the path of a YAML file with one; `problems` of the definition checks it
  | 'files' // of the user's own parts of the algorithm: maps with a `file`, the keys of `of`, and the parameters of the file

/** An entry of a list parameter. */
export type ParameterEntry = Readonly<Record<string, number | boolean | string>>

/** A map of any depth. */
export type ParameterDocument = Readonly<Record<string, unknown>>

/** A file of the user that is a part of an algorithm, such as a plugin of a scheduler. */
export interface OwnPart {
  /** Name of its default export. */
  readonly name: string
  /** Absolute path. */
  readonly file: string
  /** SHA-256 of that file and of the files that it imports. */
  readonly digest: string
  /** Values of the keys of `of`. */
  readonly given: ParameterEntry
  /** Values of its own parameters. */
  readonly values: Readonly<Record<string, ParameterValue>>
  /** The file's algorithm; absent until a run has imported it. */
  readonly definition?: Definition<unknown, undefined>
}

/** The value of a parameter of any kind. */
export type ParameterValue = number | boolean | string | readonly ParameterEntry[] | readonly OwnPart[] | ParameterDocument

/** A key of a list's entries; without a default it must be given. */
export interface EntryKey extends Omit<Parameter, 'kind' | 'default' | 'of'> {
  readonly kind: Exclude<ParameterKind, 'list' | 'document' | 'files'>
  readonly default?: number | boolean | string
}

/** The descriptor of a parameter. A parameter exists only if a test can distinguish two of its values. */
export interface Parameter {
  readonly kind: ParameterKind
  readonly default: ParameterValue
  /** Smallest and largest accepted value, in the unit of `kind`; of a list, smallest and largest number of entries. */
  readonly min?: number
  readonly max?: number
  readonly choices?: readonly string[]
  /** The keys of a list's entries; of files, those beside `file`. */
  readonly of?: Readonly<Record<string, EntryKey>>
  /** What a file of `files` is. */
  readonly part?: 'plugin'
  /** One line for users. */
  readonly meaning: string
}

/** Descriptors by name. */
export type Parameters = Readonly<Record<string, Parameter>>

/** The values that an algorithm is created with: every parameter has one. */
export type Values<P extends Parameters = Parameters> = {
  readonly [K in keyof P]: P[K] extends { readonly kind: 'list'; readonly of: infer Keys }
    ? readonly { readonly [E in keyof Keys]: Keys[E] extends { readonly kind: ParameterKind } ? Held<Keys[E]['kind']> : never }[]
    : Held<P[K]['kind']>
}

type Held<Kind extends ParameterKind> = Kind extends 'document'
  ? ParameterDocument
  : Kind extends 'files'
    ? readonly OwnPart[]
    : Kind extends 'boolean'
      ? boolean
      : Kind extends 'choice' | 'name'
        ? string
        : number

/** A problem of values that are valid one by one. */
export interface ValueProblem {
  /** The parameter; in a list, also the index and key of the entry. */
  readonly path: readonly (string | number)[]
  /** "found ...; accepted: ..." */
  readonly message: string
}

/** How close an algorithm is to the system or paper that it is named after. */
export type Fidelity = 'faithful' | 'simplified' | 'inspired'

/** An algorithm that a file can name. */
export interface Definition<Made, Context, P extends Parameters = Parameters> {
  /** The name in YAML, tables and charts; for built-in members the name of their file. */
  readonly name: string
  /** One sentence: what it prefers, and how ties are broken. */
  readonly summary: string
  /** Author, year, title or documentation page. */
  readonly source: string
  readonly fidelity: Fidelity
  readonly parameters: P
  /** Checks that bounds of single parameters cannot express: order of rows, one value below another. Called once, when the file is read. */
  problems?(values: Values<P>): readonly ValueProblem[]
  create(values: Values<P>, context: Context): Made
}

/** The definition itself, with the types of its parameters inferred. */
export function define<Made, Context, const P extends Parameters>(definition: Definition<Made, Context, P>): Definition<Made, Context, P> {
  return definition
}

/**
 * The members of a family. Their definitions have different parameters, whose values are checked when the file is read; since method
 * parameters are bivariant, a Definition with narrower values is assignable here.
 */
export interface Catalogue<Made, Context> {
  readonly family: string
  readonly all: readonly Definition<Made, Context>[]
  find(name: string): Definition<Made, Context> | undefined
}

/** A catalogue of definitions, in their order. @throws when two have one name */
export function catalogue<Made, Context>(family: string, definitions: readonly Definition<Made, Context>[]): Catalogue<Made, Context> {
  const byName = new Map<string, Definition<Made, Context>>()
  for (const definition of definitions) {
    if (byName.has(definition.name)) throw new Error(`two members of ${family} have the name ${definition.name}`)
    byName.set(definition.name, definition)
  }
  return { family, all: definitions, find: (name) => byName.get(name) }
}

/** The value of every parameter: from `given`, or else its default. */
export function valuesOf<P extends Parameters>(parameters: P, given: Readonly<Record<string, ParameterValue>> = {}): Values<P> {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, parameter]) => [name, entryOf(given, name) ?? parameter.default]),
  ) as Values<P>
}

/** A chosen algorithm as plain data, as a plan holds it and a worker gets it. */
export interface Selection {
  /** Name in the catalogue, or of the user's default export. */
  readonly name: string
  readonly values: Readonly<Record<string, ParameterValue>>
  /** Absolute path of the user's own file; absent for built-in members. */
  readonly file?: string
  /** SHA-256 of that file and of the files that it imports. */
  readonly digest?: string
}

/** A chosen algorithm: its definition and a value for each of its parameters. */
export interface Chosen<D> {
  readonly definition: D
  readonly values: Readonly<Record<string, ParameterValue>>
}

/** Creates the chosen algorithm. */
export function createChosen<Made, Context>(chosen: Chosen<Definition<Made, Context>>, context: Context): Made {
  return chosen.definition.create(chosen.values as Values, context)
}
