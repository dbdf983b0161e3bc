/** `orchsim list`: the catalogues as text, so that what is printed is what there is. */
import type { EntryKey, Parameter, ParameterValue } from '../../sim/common/define.ts'
import { METRICS, type MetricDefinition } from '../../sim/outcome/standard.ts'
import { suggestion } from '../../sim/common/suggestion.ts'
import { FAMILY_PATHS, familyOf, type FamilyPath } from '../file/families.ts'
import { boundsText } from '../file/quantities.ts'
import { writtenDefault } from '../file/selection.ts'

/** Words that `list` takes. */
export const listed = (): readonly string[] => [...FAMILY_PATHS, 'metrics']

type Listed = { readonly text: string } | { readonly wrong: string }

/** Everything, or one family, or one of its members; a part of a path is enough (`replicas`). */
export function listText(what?: string, member?: string): Listed {
  if (what === undefined) return { text: [...FAMILY_PATHS.map((path) => familyText(path)), metricsText(METRICS)].join('\n') }
  if (what === 'metrics') return only(METRICS, ({ id }) => id, 'metric', member, metricsText)
  const path = FAMILY_PATHS.find((family) => family === what || family.endsWith(`.${what}`))
  if (path !== undefined)
    return only(
      familyOf(path).all,
      ({ name }) => name,
      familyOf(path).word,
      member,
      (members) => familyText(path, members),
    )
  return { wrong: `found the family "${what}"; accepted: ${listed().join(', ')}${suggestion(what, listed())}` }
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
  if (kind === 'list') {
    const keys = Object.entries(parameter.of ?? {}).map(
      ([name, key]) => `${name}: ${accepted(key)}${key.default === undefined ? '' : ` (default ${valueText(key.default)})`}`,
    )
    return `list of { ${keys.join(', ')} }`
  }
  const written = (value: number): string => String(writtenDefault({ kind, meaning, default: value }))
  return `${kind}${boundsText({ ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) }, written)}`
}

function valueText(value: ParameterValue): string {
  if (typeof value !== 'object') return String(value)
  return `[${value
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
