/** Hashes of keys and backends. They are fixed, not drawn: all balancers of a service, in every run, send a key to the same backend, as configured balancers do. */

/** The finalizer of MurmurHash3 (Austin Appleby, public domain): each bit of the result depends on each bit of the word. */
function mixed(word: number): number {
  let h = word ^ (word >>> 16)
  h = Math.imul(h, 0x85ebca6b)
  h ^= h >>> 13
  h = Math.imul(h, 0xc2b2ae35)
  return h ^ (h >>> 16)
}

const TWO_32 = 0x100000000

/** A whole number from 0 to 2^32 - 1 for a pair of whole numbers: `key` from 0 to 2^53 - 1, `salt` from 0 to 2^31. */
export function hash32(key: number, salt: number): number {
  let h = mixed(Math.imul(salt + 1, 0x9e3779b1))
  h = mixed(h ^ (key | 0))
  return mixed(h + Math.floor(key / TWO_32)) >>> 0
}

/** A whole number from 0 to 2^53 - 1. */
export function hash53(key: number): number {
  return (hash32(key, 0) >>> 5) * 0x4000000 + (hash32(key, 1) >>> 6)
}
