/**
 * nginx's methods that hash: ip_hash, hash, and hash with a consistent ring. Source: nginx 1.22.1, ngx_http_upstream_ip_hash_module.c and
 * ngx_http_upstream_hash_module.c; compared with recordings of it.
 */
import { NONE } from '../../../common/ids.ts'
import type { SlotId } from '../../../common/ids.ts'
import { bytesOf } from '../hashes/bytes.ts'
import { crc32, CRC32_START, crc32Of, crc32Update } from '../hashes/crc32.ts'
import { MAX_TRIES } from './peers.ts'
import type { NginxPeers } from './peers.ts'

const IP_START = 89
const IP_FACTOR = 113
const IP_MODULUS = 6271

/** Whether a server may take the request. */
type Usable = (slot: SlotId) => boolean

/** A hash is computed again, from the one before, until it points to a usable server; after 20 in vain: NONE, nginx then takes turns. */
function rehashed(peers: NginxPeers, next: () => number, now: number): SlotId {
  for (let tries = 0; tries <= MAX_TRIES; tries++) {
    const slot = peers.at(next() % peers.totalWeight)
    if (peers.usable(slot, now)) return slot
  }
  return NONE
}

/** ip_hash: of an IPv4 address the first three bytes, of an IPv6 address all. */
export function ipHash(peers: NginxPeers, address: Uint8Array, now: number): SlotId {
  const length = address.length === 4 ? 3 : address.length
  let hash = IP_START
  return rehashed(
    peers,
    () => {
      for (let i = 0; i < length; i++) hash = (hash * IP_FACTOR + address[i]) % IP_MODULUS
      return hash
    },
    now,
  )
}

/** hash, compatible with Cache::Memcached: 15 bits of the CRC-32 of the key, behind the number of the attempt from the second on, are added up. */
export function keyHash(peers: NginxPeers, key: Uint8Array, now: number): SlotId {
  let sum = 0
  let attempt = 0
  return rehashed(
    peers,
    () => {
      const state = attempt === 0 ? CRC32_START : crc32Update(CRC32_START, bytesOf(String(attempt)))
      attempt++
      sum += (crc32Of(crc32Update(state, key)) >>> 16) & 0x7fff
      return sum
    },
    now,
  )
}

/** Points of a server per unit of weight. */
const POINTS = 160

/** hash ... consistent: a ring as in Cache::Memcached::Fast. A key belongs to the first point at or behind its CRC-32, then to the next of a usable server. */
export class NginxRing {
  private readonly hashes: Uint32Array
  private readonly owners: Int32Array

  /** @param servers in the order of the configuration; the name as in the server line, `host:port` */
  constructor(servers: readonly { readonly slot: SlotId; readonly name: string; readonly weight: number }[]) {
    // a number of 53 bits holds a point and the place of its server, so that the first server keeps a point that two have
    const packed = Float64Array.from(servers.flatMap(({ name, weight }, place) => packedPoints(name, POINTS * weight, place))).sort()
    const distinct = packed.filter((point, i) => i === 0 || hashOf(point) !== hashOf(packed[i - 1]))
    this.hashes = Uint32Array.from(distinct, hashOf)
    this.owners = Int32Array.from(distinct, (point) => servers[point % MAX_SERVERS].slot)
  }

  /** NONE when the server of the point and those of the next 20 points are not usable: nginx takes turns then. */
  find(key: Uint8Array, usable: Usable): SlotId {
    const { hashes, owners } = this
    const hash = crc32(key)
    let low = 0
    for (let high = hashes.length; low < high;) {
      const middle = (low + high) >> 1
      if (hashes[middle] < hash) low = middle + 1
      else high = middle
    }
    for (let step = 0; step <= MAX_TRIES; step++) {
      const slot = owners[(low + step) % owners.length]
      if (usable(slot)) return slot
    }
    return NONE
  }
}

const MAX_SERVERS = 1 << 20

const hashOf = (point: number): number => Math.floor(point / MAX_SERVERS)

/** The CRC-32 of host, a zero byte, port and the point before, which is 0 at first; behind it the place. */
function packedPoints(name: string, count: number, place: number): number[] {
  const port = /^(.*):(\d*)$/.exec(name)
  const start = crc32Update(CRC32_START, bytesOf(`${port?.[1] ?? name}\0${port?.[2] ?? ''}`))
  const before = new DataView(new ArrayBuffer(4))
  const bytes = new Uint8Array(before.buffer)
  return Array.from({ length: count }, () => {
    const point = crc32Of(crc32Update(start, bytes))
    before.setUint32(0, point, true)
    return point * MAX_SERVERS + place
  })
}
