/** Label selectors, compiled once and asked often. Source: Kubernetes 1.34 apimachinery/pkg/labels. */
import { entryOf } from '../../common/dictionary.ts'
import type { Labels, LabelSelector, Requirement } from '../rules.ts'

/** A compiled selector. */
export interface Selector {
  /** Has no condition and matches everything; some plugins treat that as "not set". */
  readonly empty: boolean
  /** Equal for selectors of the same conditions in the same order. */
  readonly id: string
  matches(labels: Labels): boolean
}

/** Matches nothing: the selector that is absent. */
export const NOTHING: Selector = { empty: false, id: 'nothing', matches: () => false }

/** Whether the labels fulfil one condition. Gt and Lt compare whole numbers; a label that is none does not fulfil them. */
export function fulfils(labels: Labels, { key, operator, values }: Requirement): boolean {
  const value = entryOf(labels, key)
  if (operator === 'Exists') return value !== undefined
  if (operator === 'DoesNotExist') return value === undefined
  if (value === undefined) return operator === 'NotIn'
  if (operator === 'In' || operator === 'NotIn') return (values ?? []).includes(value) === (operator === 'In')
  const bound = wholeNumber((values ?? [])[0] ?? '')
  const number = wholeNumber(value)
  if (number === null || bound === null) return false
  return operator === 'Gt' ? number > bound : number < bound
}

/** A decimal 64-bit number, as Go's strconv.ParseInt accepts it. */
function wholeNumber(text: string): bigint | null {
  if (!/^[+-]?\d+$/.test(text)) return null
  const value = BigInt(text.replace(/^\+/, ''))
  return BigInt.asIntN(64, value) === value ? value : null
}

/** The conditions of a map of labels: each key has its value. */
export const equalities = (labels: Labels | null | undefined): Requirement[] =>
  Object.entries(labels ?? {}).map(([key, value]) => ({ key, operator: 'In', values: [value] }))

/** A selector of these conditions, all of which must hold. */
export function allOf(requirements: readonly Requirement[]): Selector {
  const id = JSON.stringify(requirements.map(({ key, operator, values }) => [key, operator, values ?? []]))
  return { empty: requirements.length === 0, id, matches: (labels) => requirements.every((one) => fulfils(labels, one)) }
}

/** The conditions of a selector. */
export const requirementsOf = (selector: LabelSelector): Requirement[] => [
  ...equalities(selector.matchLabels),
  ...(selector.matchExpressions ?? []),
]

/** Compiles a selector of the API and adds conditions to one that is given. */
export function compiled(selector: LabelSelector | null | undefined, more: readonly Requirement[] = []): Selector {
  return selector === null || selector === undefined ? NOTHING : allOf([...requirementsOf(selector), ...more])
}

/** The conditions that `matchLabelKeys` (In) and `mismatchLabelKeys` (NotIn) add: the pod's own value of each key that it has. */
export function labelKeys(labels: Labels, keys: readonly string[] | null | undefined, operator: 'In' | 'NotIn'): Requirement[] {
  return (keys ?? []).flatMap((key) => {
    const value = entryOf(labels, key)
    return value === undefined ? [] : [{ key, operator, values: [value] }]
  })
}
