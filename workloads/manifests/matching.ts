/** Which labels a selector matches. Source: Kubernetes apimachinery, pkg/labels/selector.go. */
import type { Expression, Selector } from './model.ts'

type Labels = Readonly<Record<string, string>>

/** Whether a selector matches labels; null matches nothing, an empty one everything. */
export function matches(selector: Selector | null, labels: Labels): boolean {
  if (selector === null) return false
  return hasLabels(selector.labels, labels) && selector.expressions.every((one) => holds(one, labels))
}

/** Whether all of the first labels are among the second. */
export const hasLabels = (wanted: Labels, labels: Labels): boolean =>
  Object.entries(wanted).every(([key, value]) => Object.hasOwn(labels, key) && labels[key] === value)

function holds({ key, operator, values }: Expression, labels: Labels): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value)
    case 'NotIn':
      return value === undefined || !values.includes(value)
    case 'Exists':
      return value !== undefined
    case 'DoesNotExist':
      return value === undefined
    case 'Gt':
      return value !== undefined && Number(value) > Number(values[0])
    case 'Lt':
      return value !== undefined && Number(value) < Number(values[0])
  }
}
