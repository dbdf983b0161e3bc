/** Rendezvous hashing as proxies do it: which backend a text belongs to, by a score of each backend for it. */
import { bytesOf } from './hashes/bytes.ts'
import { Fnv1a } from './hashes/fnv.ts'
import { xxhash64 } from './hashes/xxhash64.ts'

const hash = new Fnv1a()

/** Traefik 3.7: weight / -ln(u) with u from FNV-1a of the key followed by the server's name. The highest wins, the first of equals. */
export function traefikScore(key: string, name: string, weight: number): number {
  return (1 / -Math.log(hash.start().add(bytesOf(key + name)).share)) * weight
}

/** Caddy 2.11: XXH64 of the server's address followed by the key; weights have no effect. The highest wins, the first of equals; 0 never does. */
export function caddyScore(key: string, address: string): bigint {
  return xxhash64(bytesOf(address + key))
}
