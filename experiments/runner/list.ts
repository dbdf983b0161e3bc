/** `orchsim list`: the catalogues as text, so that what is printed is what there is. */
import type { EntryKey, Parameter, ParameterValue } from '../../sim/define.ts'
import { METRICS } from '../../sim/metrics/standard.ts'
import { suggestion } from '../../sim/suggestion.ts'
import { FAMILY_PATHS, familyOf, type FamilyPath } from './families.ts'
import { boundsText } from './quantities.ts'
import { writtenDefault } from './selection.ts'

/** Words that `list` takes. */
export const listed = (): readonly string[] => [...FAMILY_PATHS, 'metrics']

/** Everything, or one family; a part of a path is enough (`replicas`). */
export function listText(what: string | undefined): { readonly text: string } | { readonly wrong: string } {
  if (what === undefined) return { text: [...FAMILY_PATHS.map(familyText), metricsText()].join('\n') }
  if (what === 'metrics') return { text: metricsText() }
  const path = FAMILY_PATHS.find((family) => family === what || family.endsWith(`.${what}`))
  if (path !== undefined) return { text: familyText(path) }
  return { wrong: `found the family "${what}"; accepted: ${listed().join(', ')}${suggestion(what, listed())}` }
}

function familyText(path: FamilyPath): string {
  const family = familyOf(path)
  const lines = [`${path}: ${family.meaning}`, '']
  for (const { name, summary, source, fidelity, parameters } of family.all) {
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
    const keys = Object.entries(parameter.of ?? {}).map(([name, key]) => `${name}: ${accepted(key)}${key.default === undefined ? '' : ` (default ${valueText(key.default)})`}`)
    return `list of { ${keys.join(', ')} }`
  }
  const written = (value: number): string => String(writtenDefault({ kind, meaning, default: value }))
  return `${kind}${boundsText({ ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) }, written)}`
}

function valueText(value: ParameterValue): string {
  if (typeof value !== 'object') return String(value)
  return `[${value.map((entry) => `{ ${Object.entries(entry).map(([key, inner]) => `${key}: ${inner}`).join(', ')} }`).join(', ')}]`
}

function metricsText(): string {
  const width = Math.max(...METRICS.map(({ id }) => id.length))
  const lines = METRICS.map(({ id, unit, better, definition }) => `  ${id.padEnd(width)}  [${unit}]${better === 'neither' ? '' : ` ${better} is better`}: ${definition}`)
  return ['metrics: ids for primary, names of columns', '', ...lines, ''].join('\n')
}
