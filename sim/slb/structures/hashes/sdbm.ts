/** The hash of the sdbm library, HAProxy's default for texts: hash = byte + 65599 × hash. Source: HAProxy documentation, hash-type. */

/** A whole number from 0 to 2^32 - 1. */
export function sdbm(bytes: Uint8Array): number {
  let hash = 0
  for (let i = 0; i < bytes.length; i++) hash = (Math.imul(hash, 65599) + bytes[i]) | 0
  return hash >>> 0
}
