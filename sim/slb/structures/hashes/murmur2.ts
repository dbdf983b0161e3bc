/** MurmurHash64A (Austin Appleby, public domain) as in GNU's std::hash, which Envoy's ring hash can use. */

const MASK = 0xffff_ffff_ffff_ffffn
const MULTIPLIER = 0xc6a4_a793_5bd1_e995n
/** Seed of std::hash for texts. */
const STD_SEED = 0xc70f_6907n

const shifted = (value: bigint): bigint => value ^ (value >> 47n)

/** A whole number from 0 to 2^64 - 1. */
export function murmur2(bytes: Uint8Array, seed = STD_SEED): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const { length } = bytes
  const whole = length & ~7
  let hash = seed ^ ((BigInt(length) * MULTIPLIER) & MASK)
  for (let at = 0; at < whole; at += 8) {
    const word = (shifted((view.getBigUint64(at, true) * MULTIPLIER) & MASK) * MULTIPLIER) & MASK
    hash = ((hash ^ word) * MULTIPLIER) & MASK
  }
  if (whole < length) {
    let rest = 0n
    for (let at = length - 1; at >= whole; at--) rest = (rest << 8n) | BigInt(bytes[at])
    hash = ((hash ^ rest) * MULTIPLIER) & MASK
  }
  return shifted((shifted(hash) * MULTIPLIER) & MASK)
}
