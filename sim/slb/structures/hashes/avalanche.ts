/** Bob Jenkins' integer hash with full avalanche, multiplied by a prime: how HAProxy spreads points on its ring, and keys with `avalanche`. */

const PRIME = 3221225473

/** A whole number from 0 to 2^32 - 1. */
export function avalanche(word: number): number {
  let a = word | 0
  a = (a + 0x7ed55d16 + (a << 12)) | 0
  a = a ^ 0xc761c23c ^ (a >>> 19)
  a = (a + 0x165667b1 + (a << 5)) | 0
  a = ((a + 0xd3a2646c) | 0) ^ (a << 9)
  a = (a + 0xfd7046c5 + (a << 3)) | 0
  a = a ^ 0xb55a4f09 ^ (a >>> 16)
  return Math.imul(a, PRIME) >>> 0
}
