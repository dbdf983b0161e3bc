/** Parts of an object of the Kubernetes API: maps of texts, optional values, lists, selectors. Errors name the object and the path. */
import { readCpuUp, readMemoryUp, UnitError, type KubeLabelSelector, type KubeRequirement } from '../../sim/index.ts'
import type { JsonPart } from '../traces/document.ts'

/** The value of an optional part; null when it is absent. */
export const optional = <T>(part: JsonPart, read: (part: JsonPart) => T): T | null => (part.missing ? null : read(part))

/** The items of an optional list. */
export const listOf = <T>(part: JsonPart, read: (part: JsonPart) => T): T[] => (part.missing ? [] : part.list().map(read))

/** Text, which may be empty. */
export const textOf = (part: JsonPart): string => (part.missing || part.value === '' ? '' : part.text())

/** One of several texts. */
export function oneOf<T extends string>(part: JsonPart, accepted: readonly T[]): T {
  return accepted.find((one) => one === part.value) ?? part.refuse(accepted.join(', '))
}

/** A map of labels; null when it is absent or empty. */
export function labelsOf(part: JsonPart): Readonly<Record<string, string>> | null {
  if (part.missing) return null
  const entries = Object.keys(part.map()).map((key) => [key, textOf(part.at(key))] as const)
  return entries.length === 0 ? null : Object.fromEntries(entries)
}

/** Amounts by resource: cpu in millicores, others in bytes or as a count. */
export function amountsOf(part: JsonPart): Readonly<Record<string, number>> | null {
  if (part.missing) return null
  return Object.fromEntries(Object.keys(part.map()).map((name) => [name, amountOf(part.at(name), name)]))
}

/** One amount of a resource; fractions of the unit are rounded up, as the API server does. */
function amountOf(part: JsonPart, resource: string): number {
  try {
    return resource === 'cpu' ? readCpuUp(part.value) : readMemoryUp(part.value)
  } catch (error) {
    if (!(error instanceof UnitError)) throw error
    return part.refuse(error.message.replace(/^.*; accepted: /, ''))
  }
}

/** A whole number of the API, positive or negative. */
export const wholeOf = (part: JsonPart): number => part.whole(2_147_483_647, -2_147_483_648)

const LABEL_OPERATORS = ['In', 'NotIn', 'Exists', 'DoesNotExist'] as const
const NODE_OPERATORS = [...LABEL_OPERATORS, 'Gt', 'Lt'] as const

const requirementOf =
  (operators: readonly KubeRequirement['operator'][]) =>
  (part: JsonPart): KubeRequirement => {
    const operator = oneOf(part.at('operator'), operators)
    const values = listOf(part.at('values'), textOf)
    if ((operator === 'In' || operator === 'NotIn') && values.length === 0) part.at('values').refuse(`at least one value for ${operator}`)
    return { key: part.at('key').text(), operator, values }
  }

/** One condition of a label selector. */
const labelRequirement = requirementOf(LABEL_OPERATORS)
/** One condition of node affinity. */
export const nodeRequirement = requirementOf(NODE_OPERATORS)

/** A label selector; null when it is absent, which selects nothing. */
export function selectorOf(part: JsonPart): KubeLabelSelector | null {
  if (part.missing) return null
  part.map()
  return { matchLabels: labelsOf(part.at('matchLabels')) ?? {}, matchExpressions: listOf(part.at('matchExpressions'), labelRequirement) }
}
