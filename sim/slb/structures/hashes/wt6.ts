/** Willy Tarreau's hash wt6: two words that are complemented and rotated by steps which the words give. Source: HAProxy, doc/internals/hashing.txt. */

/** A whole number from 0 to 2^32 - 1. */
export function wt6(bytes: Uint8Array): number {
  let first = 0xa53c965a | 0
  let second = 0x5ca6953a
  let firstStep = 6
  let secondStep = 18
  for (let i = 0; i < bytes.length; i++) {
    first = ~(first ^ bytes[i])
    second = ~(second + bytes[i])
    const turned = rotated(second, firstStep)
    second = rotated(first, secondStep)
    first = turned
    const steps = ((first >>> 16) ^ second) & 0xffff
    firstStep = steps & 31
    secondStep = steps >>> 11
  }
  return (first ^ second) >>> 0
}

const rotated = (word: number, bits: number): number => (bits === 0 ? word : (word << bits) | (word >>> (32 - bits)))
