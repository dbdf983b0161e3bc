/** Numbers that may be percentages (IntOrString). Each field has its own rounding; see the callers. Source: apimachinery util/intstr. */

/** A whole number, or a percentage such as "25%". */
export type IntOrPercent = number | string

/** The value for `total`; percentages are rounded up or down. Throws a RangeError for a text that is no percentage. */
export function scaledValue(value: IntOrPercent, total: number, round: 'up' | 'down'): number {
  if (typeof value === 'number') return value
  const digits = /^(\d+)%$/.exec(value)
  if (digits === null) throw new RangeError(`${JSON.stringify(value)} is neither a whole number nor a percentage; accepted: 3, 25%`)
  const exact = (Number(digits[1]) * total) / 100
  return round === 'up' ? Math.ceil(exact) : Math.floor(exact)
}
