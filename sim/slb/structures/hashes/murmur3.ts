/** MurmurHash3 of 128 bits for 64-bit machines (Austin Appleby, public domain), as in Cilium's Maglev. */

const MASK = 0xffff_ffff_ffff_ffffn
const C1 = 0x87c3_7b91_1142_53d5n
const C2 = 0x4cf5_ad43_2745_937fn

const rotated = (value: bigint, bits: bigint): bigint => ((value << bits) | (value >> (64n - bits))) & MASK
const lane1 = (word: bigint): bigint => (rotated((word * C1) & MASK, 31n) * C2) & MASK
const lane2 = (word: bigint): bigint => (rotated((word * C2) & MASK, 33n) * C1) & MASK

function mixed(value: bigint): bigint {
  let h = ((value ^ (value >> 33n)) * 0xff51_afd7_ed55_8ccdn) & MASK
  h = ((h ^ (h >> 33n)) * 0xc4ce_b9fe_1a85_ec53n) & MASK
  return h ^ (h >> 33n)
}

/** The bytes from `from` to `to` as a number, the first one lowest. */
function word(bytes: Uint8Array, from: number, to: number): bigint {
  let value = 0n
  for (let at = to - 1; at >= from; at--) value = (value << 8n) | BigInt(bytes[at])
  return value
}

/** Two whole numbers from 0 to 2^64 - 1. */
export function murmur3(bytes: Uint8Array, seed: number): readonly [bigint, bigint] {
  const { length } = bytes
  let h1 = BigInt(seed)
  let h2 = BigInt(seed)
  let at = 0
  for (; at + 16 <= length; at += 16) {
    h1 = (rotated(h1 ^ lane1(word(bytes, at, at + 8)), 27n) + h2) & MASK
    h1 = (h1 * 5n + 0x52dc_e729n) & MASK
    h2 = (rotated(h2 ^ lane2(word(bytes, at + 8, at + 16)), 31n) + h1) & MASK
    h2 = (h2 * 5n + 0x3849_5ab5n) & MASK
  }
  h1 ^= lane1(word(bytes, at, Math.min(at + 8, length)))
  h2 ^= lane2(word(bytes, Math.min(at + 8, length), length))
  h1 ^= BigInt(length)
  h2 ^= BigInt(length)
  h1 = (h1 + h2) & MASK
  h2 = (h2 + h1) & MASK
  h1 = mixed(h1)
  h2 = mixed(h2)
  h1 = (h1 + h2) & MASK
  return [h1, (h2 + h1) & MASK]
}
