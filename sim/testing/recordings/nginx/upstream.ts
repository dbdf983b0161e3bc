/** Replays the recordings of nginx: server lines and a method in, the server of each request out. */
import { addressBytes, bytesOf } from '../../../slb/structures/hashes/bytes.ts'
import { NGINX_DEFAULTS } from '../../../slb/structures/nginx/peers.ts'
import { NginxUpstream } from '../../../slb/structures/nginx/upstream.ts'
import type { NginxMethod, NginxUpstreamServer } from '../../../slb/structures/nginx/upstream.ts'
import { hold, replayCounts, replayMap, replayOperations, replayPicks, streamOf, type Driven, type ProxyCase } from '../proxies/traffic.ts'

/** One recorded case. */
export interface NginxCase extends ProxyCase {
  readonly directive: string
  readonly servers: readonly string[]
  readonly refusing?: readonly number[]
}

/** By the line at the head of the block. */
const METHODS: Readonly<Record<string, NginxMethod>> = {
  '': 'round-robin',
  'least_conn;': 'least-conn',
  'ip_hash;': 'ip-hash',
  'hash $arg_q;': 'hash',
  'hash $arg_q consistent;': 'hash-consistent',
  'random;': 'random',
  'random two least_conn;': 'random-two',
}

/** nginx's answer when no server is left. */
const BAD_GATEWAY = -502

/** Requests follow each other within seconds, far below the time-outs of the recordings. */
const NOW = 1000

/** Replays one case. */
export function replayNginx(recorded: NginxCase): string | null {
  const method = METHODS[recorded.directive]
  if (method === undefined) return `directive ${JSON.stringify(recorded.directive)} is not known`
  const upstream = new NginxUpstream(method, recorded.servers.map(serverOf), streamOf(recorded))
  const refusing = new Set(recorded.refusing)
  const driven: Driven = {
    open: (key) => {
      const server = upstream.open(method === 'ip-hash' ? addressBytes(key) : bytesOf(key), NOW, (slot) => refusing.has(slot))
      return server < 0 ? BAD_GATEWAY : server
    },
    close: (server) => upstream.close(server, false, NOW),
  }
  if (recorded.counts !== undefined) {
    hold(
      recorded.ops ?? [],
      (server) => upstream.primary.sent(server, NOW),
      (server) => upstream.close(server, false, NOW),
    )
    return replayCounts(driven, recorded.counts, recorded.then_quick!)
  }
  if (recorded.picks !== undefined) return replayPicks(driven, recorded.picks)
  if (recorded.ops !== undefined) return replayOperations(driven, recorded.ops)
  return replayMap(driven, recorded.map)
}

/** `address [weight=N] [max_fails=N] [fail_timeout=Ns] [max_conns=N] [down] [backup]`. Throws a RangeError for other words. */
function serverOf(line: string): NginxUpstreamServer {
  const [name, ...words] = line.split(' ')
  let server: NginxUpstreamServer = { ...NGINX_DEFAULTS, name, backup: false }
  for (const word of words) {
    const [key, value] = word.split('=')
    if (key === 'weight') server = { ...server, weight: Number(value) }
    else if (key === 'max_fails') server = { ...server, maxFails: Number(value) }
    else if (key === 'max_conns') server = { ...server, maxConns: Number(value) }
    else if (key === 'fail_timeout' && value.endsWith('s')) server = { ...server, failTimeout: Number(value.slice(0, -1)) }
    else if (key === 'down' || key === 'backup') server = { ...server, [key]: true }
    else throw new RangeError(`server line ${JSON.stringify(line)}: ${JSON.stringify(word)} is not known`)
  }
  return server
}
