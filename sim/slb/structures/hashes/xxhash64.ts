/** XXH64 (Yann Collet, BSD), as in Envoy, gRPC and Caddy. Source: the algorithm's description, xxHash fast digest algorithm 0.1.1. */

const MASK = 0xffff_ffff_ffff_ffffn
const PRIME1 = 0x9e37_79b1_85eb_ca87n
const PRIME2 = 0xc2b2_ae3d_27d4_eb4fn
const PRIME3 = 0x1656_67b1_9e37_79f9n
const PRIME4 = 0x85eb_ca77_c2b2_ae63n
const PRIME5 = 0x27d4_eb2f_1656_67c5n

const rotated = (value: bigint, bits: bigint): bigint => ((value << bits) | (value >> (64n - bits))) & MASK

const round = (accumulator: bigint, lane: bigint): bigint => (rotated((accumulator + lane * PRIME2) & MASK, 31n) * PRIME1) & MASK

const merged = (hash: bigint, accumulator: bigint): bigint => ((hash ^ round(0n, accumulator)) * PRIME1 + PRIME4) & MASK

/** A whole number from 0 to 2^64 - 1. */
export function xxhash64(bytes: Uint8Array, seed = 0n): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const { length } = bytes
  let at = 0
  let hash = (seed + PRIME5) & MASK
  if (length >= 32) {
    const lanes = [(seed + PRIME1 + PRIME2) & MASK, (seed + PRIME2) & MASK, seed, (seed - PRIME1) & MASK]
    for (; at + 32 <= length; at += 32)
      for (let lane = 0; lane < 4; lane++) lanes[lane] = round(lanes[lane], view.getBigUint64(at + 8 * lane, true))
    hash = (rotated(lanes[0], 1n) + rotated(lanes[1], 7n) + rotated(lanes[2], 12n) + rotated(lanes[3], 18n)) & MASK
    for (const lane of lanes) hash = merged(hash, lane)
  }
  hash = (hash + BigInt(length)) & MASK
  for (; at + 8 <= length; at += 8) hash = (rotated(hash ^ round(0n, view.getBigUint64(at, true)), 27n) * PRIME1 + PRIME4) & MASK
  if (at + 4 <= length) {
    hash = (rotated(hash ^ ((BigInt(view.getUint32(at, true)) * PRIME1) & MASK), 23n) * PRIME2 + PRIME3) & MASK
    at += 4
  }
  for (; at < length; at++) hash = (rotated(hash ^ ((BigInt(bytes[at]) * PRIME5) & MASK), 11n) * PRIME1) & MASK
  hash = ((hash ^ (hash >> 33n)) * PRIME2) & MASK
  hash = ((hash ^ (hash >> 29n)) * PRIME3) & MASK
  return hash ^ (hash >> 32n)
}
