/** FNV-1a with 64 bits (Fowler, Noll, Vo). Source: RFC 9923. */

const MASK = 0xffff_ffff_ffff_ffffn
const OFFSET = 0xcbf2_9ce4_8422_2325n
const PRIME = 0x0000_0100_0000_01b3n

/** A whole number from 0 to 2^64 - 1. */
export function fnv1a64(bytes: Uint8Array): bigint {
  let hash = OFFSET
  for (let i = 0; i < bytes.length; i++) hash = ((hash ^ BigInt(bytes[i])) * PRIME) & MASK
  return hash
}
