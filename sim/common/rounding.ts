/** Numbers without the last bits, so that rounding errors do not decide comparisons. */

/** 2^17 + 1: Veltkamp's factor; a number is rounded to 53 - 17 bits in three steps (Dekker 1971, A floating-point technique for extending the available precision). */
const SPLIT = 131_073

/**
 * The number rounded to 36 bits, for numbers below 2^1000. Values that are equal in exact arithmetic but were computed in another order
 * (0.3 + 0.3 and 0.2 + 0.4, 0.6000000000000001) become equal; so do numbers closer than 2^-36 of themselves; no two change their order.
 */
export function withoutLastBits(value: number): number {
  const wide = SPLIT * value
  return wide - (wide - value)
}
