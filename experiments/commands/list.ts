/** `orchsim list [family] [name]`: the catalogues of algorithms and metrics as text. */
import {
  METRICS,
  suggestion,
  type EntryKey,
  type MetricDefinition,
  type Parameter,
  type ParameterEntry,
  type ParameterValue,
} from '../../sim/index.ts'
import { FAMILY_PATHS, familyOf, type FamilyPath } from '../file/families.ts'
import { boundsText } from '../file/quantities.ts'
import { writtenDefault } from '../file/parameter-schema.ts'
import type { Screens } from './command.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'

/** First arguments that `list` accepts. */
export const listArguments = (): readonly string[] => [...FAMILY_PATHS, 'metrics']

/** Second arguments that `list` accepts after a first one. */
export const namesOf = (what: string): readonly string[] =>
  what === 'metrics' ? METRICS.map(({ id }) => id) : familyOf(what as FamilyPath).all.map(({ name }) => name)

/** Prints everything, one family, or one member of it. */
export function listCommand(family: string | undefined, name: string | undefined, _options: unknown, { out, err }: Screens): ExitCode {
  const listed = listText(family, name)
  if ('wrong' in listed) {
    err.write(`orchsim list: ${listed.wrong}\n`)
    return EXIT.wrong
  }
  out.write(listed.text)
  return EXIT.done
}

type Listed = { readonly text: string } | { readonly wrong: string }

/** Everything, one family, or one of its members; the last part of a family's path is enough (`replicas`), and the first names several (`autoscaling`). */
export function listText(what?: string, member?: string): Listed {
  if (what === undefined) return { text: [...FAMILY_PATHS.map((path) => familyText(path)), metricsText(METRICS)].join('\n') }
  if (what === 'metrics') return only(METRICS, ({ id }) => id, 'metric', member, metricsText)
  const group = FAMILY_PATHS.filter((family) => family.startsWith(`${what}.`))
  if (group.length > 0 && !(FAMILY_PATHS as readonly string[]).includes(what)) {
    if (member === undefined) return { text: group.map((path) => familyText(path)).join('\n') }
    return { wrong: `found "${what}", which is several families; accepted: ${group.join(', ')}` }
  }
  const path = FAMILY_PATHS.find((family) => family === what || family.endsWith(`.${what}`))
  if (path !== undefined)
    return only(
      familyOf(path).all,
      ({ name }) => name,
      familyOf(path).word,
      member,
      (members) => familyText(path, members),
    )
  return { wrong: `found the family "${what}"; accepted: ${listArguments().join(', ')}${suggestion(what, listArguments())}` }
}

function only<T>(
  all: readonly T[],
  nameOf: (one: T) => string,
  word: string,
  name: string | undefined,
  textOf: (some: readonly T[]) => string,
): Listed {
  const some = name === undefined ? all : all.filter((one) => nameOf(one) === name)
  const names = all.map(nameOf)
  return name !== undefined && some.length === 0
    ? { wrong: `found the ${word} "${name}"; accepted: ${names.join(', ')}${suggestion(name, names)}` }
    : { text: textOf(some) }
}

function familyText(path: FamilyPath, members = familyOf(path).all): string {
  const family = familyOf(path)
  const lines = [`${path}: ${family.meaning}`, '']
  for (const { name, summary, source, fidelity, parameters } of members) {
    lines.push(`  ${name}${name === family.default ? ' (default)' : ''}`, `    ${summary}`, `    ${fidelity}: ${source}`)
    for (const [key, parameter] of Object.entries(parameters)) lines.push(`    ${key}: ${parameterText(parameter)}`)
    lines.push('')
  }
  return lines.join('\n')
}

function parameterText(parameter: Parameter): string {
  return `${accepted(parameter)}, default ${valueText(writtenDefault(parameter))}. ${parameter.meaning}`
}

/** "duration of at least 1s", "wlc | sed | nq", "list of { at: duration, replicas: integer }". */
function accepted(parameter: Parameter | EntryKey): string {
  const { kind, choices, meaning, min, max } = parameter
  if (choices !== undefined) return choices.join(' | ')
  if (kind === 'list' || kind === 'files') {
    const keys = Object.entries(parameter.of ?? {}).map(
      ([name, key]) => `${name}: ${accepted(key)}${key.default === undefined ? '' : ` (default ${valueText(key.default)})`}`,
    )
    return `list of { ${[...(kind === 'files' ? ['file'] : []), ...keys].join(', ')} }`
  }
  const written = (value: number): string => String(writtenDefault({ kind, meaning, default: value }))
  return `${kind}${boundsText({ ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) }, written)}`
}

function valueText(value: ParameterValue): string {
  if (typeof value !== 'object') return String(value)
  if (!Array.isArray(value)) return 'none'
  return `[${(value as readonly ParameterEntry[])
    .map(
      (entry) =>
        `{ ${Object.entries(entry)
          .map(([key, inner]) => `${key}: ${inner}`)
          .join(', ')} }`,
    )
    .join(', ')}]`
}

function metricsText(metrics: readonly MetricDefinition[]): string {
  const width = Math.max(...metrics.map(({ id }) => id.length))
  const lines = metrics.map(
    ({ id, unit, better, definition }) =>
      `  ${id.padEnd(width)}  [${unit}]${better === 'neither' ? '' : ` ${better} is better`}: ${definition}`,
  )
  return ['metrics: ids for primary, names of columns', '', ...lines, ''].join('\n')
}
