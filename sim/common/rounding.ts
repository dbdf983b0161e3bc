/** Numbers without the places in which rounding shows, so that a comparison of them is not decided by it. */

/** 2^17 + 1: Veltkamp's factor; a number is rounded to 53 - 17 bits in three steps (Dekker 1971, A floating-point technique for extending the available precision). */
const SPLIT = 131_073

/**
 * The number to 36 bits. What is equal on paper and came about in another order (0.3 + 0.3 and 0.2 + 0.4, 0.6000000000000001) is equal
 * then; numbers closer than 2^-36 of themselves become equal, too, and no two change their order. For numbers below 2^1000.
 */
export function withoutLastBits(value: number): number {
  const wide = SPLIT * value
  return wide - (wide - value)
}
