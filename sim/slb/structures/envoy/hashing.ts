/**
 * Envoy's consistent hashing: ring, Maglev table and bounded loads. Source: Envoy 1.40, ring_hash_lb.cc, maglev_lb.cc and thread_aware_lb_impl.cc; compared with
 * recordings of it.
 */
import { bytesOf } from '../hashes/bytes.ts'
import { MersenneTwister } from '../hashes/mersenne-twister.ts'
import { murmur2 } from '../hashes/murmur2.ts'
import { xxhash64 } from '../hashes/xxhash64.ts'
import { inRounds, maglevTable } from '../maglev.ts'

/** A host as the hash methods see it. */
export interface HashedHost {
  /** The text that is hashed, `address:port`. */
  readonly name: string
  readonly weight: number
}

/** Key to host, by index in the list of hosts. `attempt` counts the tries before of the same request. */
export interface EnvoyHashTable {
  find(hash: bigint, attempt: number): number
}

/** Weights that sum to 1. */
const normalized = (hosts: readonly HashedHost[]): number[] => {
  const sum = hosts.reduce((total, { weight }) => total + weight, 0)
  return hosts.map(({ weight }) => weight / sum)
}

/** A ketama-like ring. The lightest host gets a whole number of points; those of the others are rounded by running sums, so that the last ones may differ by one. */
export class EnvoyRing implements EnvoyHashTable {
  private readonly points: BigUint64Array
  private readonly owners: Int32Array

  constructor(hosts: readonly HashedHost[], minimumSize: number, maximumSize: number, murmur = false) {
    const hash = murmur ? murmur2 : (bytes: Uint8Array): bigint => xxhash64(bytes)
    const weights = normalized(hosts)
    const least = Math.min(1, ...weights)
    const scale = Math.min(Math.ceil(least * minimumSize) / least, maximumSize)
    const points: { readonly hash: bigint; readonly owner: number }[] = []
    let target = 0
    hosts.forEach(({ name }, owner) => {
      target += scale * weights[owner]
      for (let i = 0; points.length < target; i++) points.push({ hash: hash(bytesOf(`${name}_${i}`)), owner })
    })
    points.sort((a, b) => (a.hash < b.hash ? -1 : a.hash > b.hash ? 1 : 0))
    this.points = BigUint64Array.from(points, (point) => point.hash)
    this.owners = Int32Array.from(points, ({ owner }) => owner)
  }

  /** Number of points. */
  get size(): number {
    return this.owners.length
  }

  /** The host of the first point at or behind the hash; a further try takes the next point. */
  find(hash: bigint, attempt: number): number {
    const { points, owners } = this
    let low = 0
    for (let high = points.length; low < high;) {
      const middle = (low + high) >> 1
      if (points[middle] < hash) low = middle + 1
      else high = middle
    }
    return owners[((low === points.length ? 0 : low) + attempt) % owners.length]
  }
}

const ALL_ONES = 0xffff_ffff_ffff_ffffn

/** Maglev with weights: in round k a host takes its k-th turn only when k times its weight has reached the turns it has had, in units of the largest weight. */
export class EnvoyMaglev implements EnvoyHashTable {
  private readonly size: bigint
  private readonly table: Int32Array
  /** Hosts are sorted by their texts; index in that order to index of the host. */
  private readonly order: readonly number[]

  constructor(hosts: readonly HashedHost[], size: number) {
    const weights = normalized(hosts)
    const largest = Math.max(0, ...weights)
    this.size = BigInt(size)
    this.order = hosts.map((_, i) => i).sort((a, b) => (hosts[a].name < hosts[b].name ? -1 : 1))
    const targets = hosts.map(() => 0)
    const permutations = this.order.map((host) => {
      const bytes = bytesOf(hosts[host].name)
      return { offset: Number(xxhash64(bytes) % this.size), skip: Number(xxhash64(bytes, 1) % (this.size - 1n)) + 1 }
    })
    this.table = maglevTable(
      size,
      permutations,
      inRounds(permutations.length, (i, round) => {
        if (round * weights[this.order[i]] < targets[i]) return false
        targets[i] += largest
        return true
      }),
    )
  }

  find(hash: bigint, attempt: number): number {
    const key = attempt === 0 ? hash : hash ^ (ALL_ONES - BigInt(attempt) + 1n)
    return this.order[this.table[Number(key % this.size)]]
  }
}

/**
 * Bounded loads: a host may hold its share, by weight, of `factor` percent of all requests in flight, at least one, before the request comes. When the host of
 * the key holds more, the hosts are walked in an order that the key alone decides, and the first within its bound is taken, else the one least beyond it.
 * @param active requests in flight at a host
 */
export function boundedHost(
  hosts: readonly HashedHost[],
  first: number,
  hash: bigint,
  factor: number,
  active: (host: number) => number,
): number {
  const weights = normalized(hosts)
  const inFlight = hosts.reduce((sum, _, host) => sum + active(host), 0)
  const places = Math.floor(((inFlight + 1) * factor + 99) / 100)
  const load = (host: number): number => active(host) / Math.max(1, Math.ceil(places * weights[host]))
  let best = first
  let least = load(first)
  if (least <= 1) return first
  const walk = new MersenneTwister(Number(hash & 0xffff_ffffn))
  const order = hosts.map((_, host) => host)
  for (let i = 0; i < order.length; i++) {
    const at = i + below(walk, order.length - i)
    const host = order[at]
    order[at] = order[i]
    order[i] = host
    if (host === first) continue
    const found = load(host)
    if (found <= 1) return host
    if (found < least) {
      best = host
      least = found
    }
  }
  return best
}

/** A whole number below n, as Envoy draws it: values beyond n equal parts of the range are drawn again. */
function below(walk: MersenneTwister, n: number): number {
  const part = Math.floor(0x100000000 / n)
  let value = n
  while (value >= n) value = Math.floor(walk.next() / part)
  return value
}
