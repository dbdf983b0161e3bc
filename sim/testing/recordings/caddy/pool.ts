/** Replays the recordings of Caddy: upstreams and a selection policy in, the upstream of each request out. */
import { CaddyPool } from '../../../slb/structures/caddy/pool.ts'
import type { CaddyPolicy } from '../../../slb/structures/caddy/pool.ts'
import { firstDifference } from '../recording.ts'
import {
  replayCounts,
  replayMap,
  replayOperations,
  replayPicks,
  replayPossible,
  streamOf,
  type Driven,
  type ProxyCase,
} from '../proxies/traffic.ts'

/** One recorded case. */
export interface CaddyCase extends ProxyCase {
  readonly policy: { readonly policy: string; readonly weights?: readonly number[]; readonly choose?: number; readonly secret?: string }
  readonly upstreams: readonly { readonly dial: string; readonly max_requests?: number }[]
  readonly refusing?: readonly number[]
  readonly load_balancing?: object
  readonly passive_health?: { readonly max_fails?: number }
  readonly set_cookie_of_server?: Readonly<Record<string, string>>
  readonly with_cookie?: readonly (readonly [cookie: string, server: number])[]
}

/** Caddy's answers when no upstream is available, and when the last try has failed. */
const SERVICE_UNAVAILABLE = -503
const BAD_GATEWAY = -502

/** Policies that hash a part of the request. */
const HASHES = ['ip_hash', 'client_ip_hash', 'uri_hash', 'header', 'query']

/** Replays one case. */
export function replayCaddy(recorded: CaddyCase): string | null {
  const pool = new CaddyPool(
    policyOf(recorded.policy),
    recorded.upstreams.map(({ dial, max_requests = 0 }) => ({ address: dial, maxRequests: max_requests })),
    streamOf(recorded),
    { maxFails: recorded.passive_health?.max_fails ?? 0, retries: recorded.load_balancing !== undefined },
  )
  const refusing = new Set(recorded.refusing)
  const driven: Driven = {
    open: (key) => {
      const server = pool.open(key, (slot) => refusing.has(slot))
      if (server >= 0) return server
      return pool.failed ? BAD_GATEWAY : SERVICE_UNAVAILABLE
    },
    close: (server) => pool.close(server),
  }
  if (recorded.counts !== undefined)
    return replayPossible(driven, recorded.ops ?? []) ?? replayCounts(driven, recorded.counts, recorded.then_quick!)
  if (recorded.picks !== undefined) return replayPicks(driven, recorded.picks)
  if (recorded.ops !== undefined) return (recorded.policy.policy === 'least_conn' ? replayPossible : replayOperations)(driven, recorded.ops)
  if (recorded.map !== undefined) return replayMap(driven, recorded.map)
  const cookies = Object.fromEntries(recorded.upstreams.map((_, slot) => [slot, pool.cookieOf(slot)]))
  return firstDifference(recorded.set_cookie_of_server, cookies, 'set_cookie_of_server') ?? replayMap(driven, recorded.with_cookie)
}

function policyOf({ policy, weights = [], choose = 2, secret = '' }: CaddyCase['policy']): CaddyPolicy {
  if (HASHES.includes(policy)) return { policy: 'hash' }
  switch (policy) {
    case 'random':
    case 'least_conn':
    case 'round_robin':
    case 'first':
      return { policy }
    case 'random_choose':
      return { policy, choose }
    case 'weighted_round_robin':
      return { policy, weights }
    case 'cookie':
      return { policy, secret }
    default:
      throw new RangeError(`policy ${JSON.stringify(policy)} is not known`)
  }
}
