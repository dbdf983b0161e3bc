/** Replays the recordings of HAProxy: lines of a backend section and of its servers in, the server of each request out. */
import { HAPROXY_DEFAULTS, HaproxyBackend } from '../../../slb/structures/haproxy/backend.ts'
import type { HaproxyServer, HaproxySettings } from '../../../slb/structures/haproxy/backend.ts'
import { avalanche } from '../../../slb/structures/hashes/avalanche.ts'
import { addressBytes, bytesOf } from '../../../slb/structures/hashes/bytes.ts'
import { crc32 } from '../../../slb/structures/hashes/crc32.ts'
import { djb2 } from '../../../slb/structures/hashes/djb2.ts'
import { sdbm } from '../../../slb/structures/hashes/sdbm.ts'
import { wt6 } from '../../../slb/structures/hashes/wt6.ts'
import { hold, replayCounts, replayMap, replayOperations, replayPicks, streamOf, type Driven, type ProxyCase } from '../proxies/traffic.ts'

/** One recorded case. */
export interface HaproxyCase extends ProxyCase {
  readonly backend: readonly string[]
  readonly servers: readonly string[]
}

/** HAProxy's answer when a request has waited in the queue for too long. */
const SERVICE_UNAVAILABLE = -503

const FUNCTIONS: Readonly<Record<string, (bytes: Uint8Array) => number>> = { sdbm, djb2, wt6, crc32 }

type Method = 'map-based' | 'consistent'

/** What the lines of the section say. */
interface Section {
  readonly settings: HaproxySettings
  readonly hash: (key: string) => number
}

/** Replays one case. */
export function replayHaproxy(recorded: HaproxyCase): string | null {
  const { settings, hash } = sectionOf(recorded.backend)
  const backend = new HaproxyBackend(settings, recorded.servers.map(serverOf), streamOf(recorded))
  const driven: Driven = {
    open: (key) => {
      const server = backend.open(hash(key))
      return server < 0 ? SERVICE_UNAVAILABLE : server
    },
    close: (server) => backend.close(server),
  }
  if (recorded.counts !== undefined) {
    hold(
      recorded.ops ?? [],
      (server) => backend.take(server),
      (server) => backend.close(server),
    )
    return replayCounts(driven, recorded.counts, recorded.then_quick!)
  }
  if (recorded.picks !== undefined) return replayPicks(driven, recorded.picks)
  if (recorded.ops !== undefined) return replayOperations(driven, recorded.ops)
  return replayMap(driven, recorded.map)
}

/** `balance ALGORITHM [ARGUMENT]`, `hash-type METHOD [FUNCTION] [MODIFIER]`, `option allbackups`, `timeout queue T`. Throws a RangeError for other lines. */
function sectionOf(lines: readonly string[]): Section {
  let settings: HaproxySettings = { algorithm: 'roundrobin', draws: 2, allBackups: false, balanceFactor: 0 }
  let numbered = false
  let hashed = false
  let method: Method = 'map-based'
  let mix = (bytes: Uint8Array): number => sdbm(bytes)
  let spread = false
  for (const line of lines) {
    const [first, second, ...rest] = line.split(' ')
    const draws = /^random\((\d+)\)$/.exec(second)
    if (line === 'option allbackups') settings = { ...settings, allBackups: true }
    else if (first === 'balance' && draws !== null) settings = { ...settings, algorithm: 'random', draws: Number(draws[1]) }
    else if (first === 'balance' && (second === 'source' || second === 'url_param' || second.startsWith('hdr('))) {
      hashed = true
      numbered = second === 'source'
    } else if (first === 'balance') settings = { ...settings, algorithm: second as HaproxySettings['algorithm'] }
    else if (first === 'hash-balance-factor') settings = { ...settings, balanceFactor: Number(second) }
    else if (first === 'hash-type') {
      method = second as Method
      const named = rest.find((word) => word in FUNCTIONS)
      if (named !== undefined) mix = FUNCTIONS[named]
      spread = rest.includes('avalanche') || (method === 'consistent' && named === undefined)
    } else if (first !== 'timeout') throw new RangeError(`line ${JSON.stringify(line)} of the backend is not known`)
  }
  if (hashed) settings = { ...settings, algorithm: method }
  return {
    settings,
    hash: (key) => {
      if (!hashed) return 0
      const hash = numbered ? new DataView(addressBytes(key).buffer).getUint32(0) : mix(bytesOf(key))
      return spread ? avalanche(hash) : hash
    },
  }
}

/** `server NAME ADDRESS [weight N] [maxconn N] [disabled] [backup]`. Throws a RangeError for other words. */
function serverOf(line: string): HaproxyServer {
  const words = line.split(' ').slice(3)
  let server = HAPROXY_DEFAULTS
  for (let i = 0; i < words.length; i++) {
    const word = words[i]
    if (word === 'weight') server = { ...server, weight: Number(words[++i]) }
    else if (word === 'maxconn') server = { ...server, maxConn: Number(words[++i]) }
    else if (word === 'disabled' || word === 'backup') server = { ...server, [word]: true }
    else throw new RangeError(`server line ${JSON.stringify(line)}: ${JSON.stringify(word)} is not known`)
  }
  return server
}
