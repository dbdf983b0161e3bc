/**
 * One shape for every algorithm of every family: a name, what it prefers, where it comes from, its parameters as plain
 * data, and a function that makes one. `experiments` turns the descriptors into zod, JSON Schema and `list`.
 */

/** What a parameter holds; quantities are read as users write them and arrive as whole numbers of the unit in brackets. */
export type ParameterKind =
  | 'number' // any finite number
  | 'integer'
  | 'share' // "70%" or 0.7, arrives as 0.7
  | 'duration' // "15s" [µs]
  | 'cpu' // "250m" [millicores]
  | 'memory' // "2Gi" [bytes]
  | 'boolean'
  | 'choice' // one of `choices`
  | 'list' // of maps with the keys of `of`, each of one of the kinds above

/** An entry of a list. */
export type ParameterEntry = Readonly<Record<string, number | boolean | string>>

export type ParameterValue = number | boolean | string | readonly ParameterEntry[]

/** A key of a list's entries; it must be given when it has no default. */
export interface EntryKey extends Omit<Parameter, 'kind' | 'default' | 'of'> {
  readonly kind: Exclude<ParameterKind, 'list'>
  readonly default?: number | boolean | string
}

/** A parameter exists only if a test can tell two of its values apart. */
export interface Parameter {
  readonly kind: ParameterKind
  readonly default: ParameterValue
  /** Smallest and largest accepted value, in the arriving unit; of a list, fewest and most entries. */
  readonly min?: number
  readonly max?: number
  readonly choices?: readonly string[]
  /** The keys of a list's entries. */
  readonly of?: Readonly<Record<string, EntryKey>>
  /** One line a user can read. */
  readonly meaning: string
}

export type Parameters = Readonly<Record<string, Parameter>>

/** The values an algorithm is created with: every parameter is present. */
export type Values<P extends Parameters = Parameters> = {
  readonly [K in keyof P]: P[K] extends { readonly kind: 'list'; readonly of: infer Keys }
    ? readonly { readonly [E in keyof Keys]: Keys[E] extends { readonly kind: ParameterKind } ? Held<Keys[E]['kind']> : never }[]
    : Held<P[K]['kind']>
}

type Held<Kind extends ParameterKind> = Kind extends 'boolean' ? boolean : Kind extends 'choice' ? string : number

/** Something wrong with values that are each right by themselves. */
export interface ValueProblem {
  /** The parameter, and inside a list the entry's row and key. */
  readonly path: readonly (string | number)[]
  /** "found ...; accepted: ..." */
  readonly message: string
}

/** How close a member stands to the system or paper it is named after. */
export type Fidelity = 'faithful' | 'simplified' | 'inspired'

export interface Definition<Made, Context, P extends Parameters = Parameters> {
  /** The name in YAML, tables and charts; equal to the file's name for built-in members. */
  readonly name: string
  /** One sentence: what it prefers, and how ties fall. */
  readonly summary: string
  /** Author, year, title or documentation page. */
  readonly source: string
  readonly fidelity: Fidelity
  readonly parameters: P
  /** What the parameters' own bounds cannot say: rows in order, one value below another. Asked once, when the file is read. */
  problems?(values: Values<P>): readonly ValueProblem[]
  create(values: Values<P>, context: Context): Made
}

/** Keeps the parameter types of a definition while it is written down. */
export function define<Made, Context, const P extends Parameters>(definition: Definition<Made, Context, P>): Definition<Made, Context, P> {
  return definition
}

// A list holds definitions of different parameters; their values are checked at the boundary (experiments/file/spec.ts).
// Method parameters are bivariant, so a Definition with narrower values is assignable here.
export interface Catalogue<Made, Context> {
  readonly family: string
  readonly all: readonly Definition<Made, Context>[]
  find(name: string): Definition<Made, Context> | undefined
}

/** The members of a family, in the order of the list. Two equal names are refused. */
export function catalogue<Made, Context>(family: string, definitions: readonly Definition<Made, Context>[]): Catalogue<Made, Context> {
  const byName = new Map<string, Definition<Made, Context>>()
  for (const definition of definitions) {
    if (byName.has(definition.name)) throw new Error(`two members of ${family} share a name: ${definition.name}`)
    byName.set(definition.name, definition)
  }
  return { family, all: definitions, find: (name) => byName.get(name) }
}

/** The defaults of a definition's parameters, with `given` laid over them. */
export function valuesOf<P extends Parameters>(parameters: P, given: Readonly<Record<string, ParameterValue>> = {}): Values<P> {
  const values: Record<string, ParameterValue> = {}
  for (const [name, parameter] of Object.entries(parameters)) values[name] = given[name] ?? parameter.default
  return values as Values<P>
}

/** A chosen algorithm as plain data: what a plan holds and a worker receives. */
export interface Selection {
  /** Name in the catalogue, or of the user's default export. */
  readonly name: string
  readonly values: Readonly<Record<string, ParameterValue>>
  /** Absolute path of the user's own file, when it is not a built-in. */
  readonly file?: string
  /** SHA-256 of that file and of what it imports. */
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
