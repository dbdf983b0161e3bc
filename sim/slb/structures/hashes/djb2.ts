/** Daniel Bernstein's hash: hash = byte + 33 × hash, from 5381. Source: HAProxy documentation, hash-type. */

/** A whole number from 0 to 2^32 - 1. */
export function djb2(bytes: Uint8Array): number {
  let hash = 5381
  for (let i = 0; i < bytes.length; i++) hash = (Math.imul(hash, 33) + bytes[i]) | 0
  return hash >>> 0
}
