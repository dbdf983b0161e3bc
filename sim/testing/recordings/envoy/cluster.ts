/** Replays the recordings of Envoy: a cluster with a policy in, the server of each request out. */
import { powerOfD } from '../../../slb/members/power-of-d.ts'
import { random } from '../../../slb/members/random.ts'
import { boundedHost, EnvoyMaglev, EnvoyRing } from '../../../slb/structures/envoy/hashing.ts'
import type { EnvoyHashTable } from '../../../slb/structures/envoy/hashing.ts'
import { OutlierDetector } from '../../../slb/structures/envoy/outliers.ts'
import { levelOf, localityWeights, priorityLoads } from '../../../slb/structures/envoy/priorities.ts'
import { bytesOf } from '../../../slb/structures/hashes/bytes.ts'
import { xxhash64 } from '../../../slb/structures/hashes/xxhash64.ts'
import { pow } from '../../../random/math.ts'
import {
  drivenBy,
  replayCounts,
  replayMap,
  replayOperations,
  replayPicks,
  replayPossible,
  streamOf,
  type Driven,
  type ProxyCase,
} from '../proxies/traffic.ts'
import { firstDifference } from '../recording.ts'
import { followsDeadlines, followsSomeStart } from './deadlines.ts'

type Health = 'healthy' | 'unhealthy' | 'degraded'

interface Server {
  readonly server: number
  readonly health: Health
}

/** One recorded case; each family has some of the properties. */
export interface EnvoyCase extends ProxyCase {
  readonly weights: readonly number[]
  readonly unhealthy?: readonly number[]
  readonly active_request_bias?: number
  readonly choice_count?: number
  readonly minimum_ring_size?: number
  readonly maximum_ring_size?: number
  readonly hash_function?: string
  readonly table_size?: number
  readonly policy?: string
  readonly hash_balance_factor_pct?: number
  readonly levels?: readonly (readonly Server[])[]
  readonly localities?: readonly { readonly weight: number; readonly servers: readonly Server[] }[]
  readonly overprovisioning_factor_pct?: number
  readonly healthy_panic_threshold_pct?: number
  readonly max_requests?: number
  readonly bad?: readonly number[]
  readonly consecutive_5xx?: number
  readonly max_ejection_percent?: number
}

/** Envoy's answer without a host, and when the circuit breaker is open. */
const SERVICE_UNAVAILABLE = -503

const DEFAULT_MAXIMUM_RING = 8_388_608

const REPLAYS: Readonly<Record<string, (recorded: EnvoyCase) => string | null>> = {
  'rr-equal': replayTurns,
  'rr-weighted': replayWeighted,
  'lr-weighted-held': replayWeightedLeastRequest,
  'lr-equal-sampled': replaySampled,
  'lr-full-scan': replayFullScan,
  random: replayRandom,
  'ring-hash': replayHash,
  maglev: replayHash,
  'hash-bounded': replayBounded,
  priority: replayPriority,
  'locality-weighted': replayLocalities,
  'max-requests': replayBreaker,
  'outlier-5xx': replayOutliers,
}

/** Replays one case. */
export function replayEnvoy(recorded: EnvoyCase): string | null {
  const replay = REPLAYS[recorded.family]
  return replay === undefined ? `family ${JSON.stringify(recorded.family)} is not known` : replay(recorded)
}

/** Servers that are not unhealthy, in order. */
function usableOf({ weights, unhealthy = [] }: EnvoyCase): number[] {
  return weights.map((_, server) => server).filter((server) => !unhealthy.includes(server))
}

const nothing = (): void => undefined

/** Without a usable host every request gets the proxy's own answer (the panic threshold of the recordings is 0). */
function replayNone({ picks, map, counts, then_quick }: EnvoyCase): string | null {
  if (counts !== undefined) return firstDifference(counts, { [SERVICE_UNAVAILABLE]: then_quick }, 'counts')
  const found = picks ?? (map ?? []).map(([, server]) => server)
  return firstDifference(
    found,
    found.map(() => SERVICE_UNAVAILABLE),
    'answers',
  )
}

function replayTurns(recorded: EnvoyCase): string | null {
  const servers = usableOf(recorded)
  if (servers.length === 0) return replayNone(recorded)
  return followsSomeStart(servers.length, (start) => {
    let at = start
    return replayPicks({ open: () => servers[at++ % servers.length], close: nothing }, recorded.picks!)
  })
}

function replayWeighted(recorded: EnvoyCase): string | null {
  const servers = usableOf(recorded)
  if (servers.length === 0) return replayNone(recorded)
  return followsDeadlines(
    recorded.weights.map((weight, server) => (servers.includes(server) ? weight : 0)),
    recorded.picks!,
  )
}

/** A host's next deadline is (requests in flight + 1) ^ bias / weight later. */
function replayWeightedLeastRequest(recorded: EnvoyCase): string | null {
  const { ops, active_request_bias: bias = 1, weights } = recorded
  const picks = ops!.flatMap((operation) => (operation[0] === 'close' ? [] : [operation[2]]))
  const activeAt: number[] = []
  const active = weights.map(() => 0)
  const held = new Map<number, number>()
  for (const operation of ops!) {
    if (operation[0] === 'close') {
      active[held.get(operation[1])!]--
      continue
    }
    activeAt.push(active[operation[2]])
    if (operation[0] === 'open') {
      held.set(operation[1], operation[2])
      active[operation[2]]++
    }
  }
  return followsDeadlines(weights, picks, (pick) => pow(activeAt[pick] + 1, bias))
}

function replaySampled(recorded: EnvoyCase): string | null {
  const values = { choices: recorded.choice_count ?? 2, replacement: true, memory: 0 }
  const driven = drivenBy(recorded, (context) => powerOfD.create(values, context), recorded.weights)
  return replayPossible(driven, recorded.ops ?? []) ?? replayCounts(driven, recorded.counts!, recorded.then_quick!)
}

function replayFullScan(recorded: EnvoyCase): string | null {
  const active = recorded.weights.map(() => 0)
  const stream = streamOf(recorded)
  const driven: Driven = {
    open: () => {
      const least = Math.min(...active)
      const tied = active.map((_, server) => server).filter((server) => active[server] === least)
      const server = tied[stream.int(tied.length)]
      active[server]++
      return server
    },
    close: (server) => void active[server]--,
  }
  return replayPossible(driven, recorded.ops!)
}

function replayRandom(recorded: EnvoyCase): string | null {
  const servers = usableOf(recorded)
  if (servers.length === 0) return replayNone(recorded)
  const driven = drivenBy(
    recorded,
    (context) => random.create({}, context),
    servers.map(() => 1),
  )
  return replayCounts({ open: (key) => servers[driven.open(key)], close: nothing }, recorded.counts!, recorded.then_quick!)
}

const nameOf = (server: number): string => `127.0.0.1:${19301 + server}`

function tableOf(recorded: EnvoyCase, servers: readonly number[], maglev: boolean): EnvoyHashTable {
  const hosts = servers.map((server) => ({ name: nameOf(server), weight: recorded.weights[server] }))
  if (maglev) return new EnvoyMaglev(hosts, recorded.table_size!)
  const { minimum_ring_size = 1024, maximum_ring_size = DEFAULT_MAXIMUM_RING, hash_function } = recorded
  return new EnvoyRing(hosts, minimum_ring_size, maximum_ring_size, hash_function === 'MURMUR_HASH_2')
}

function replayHash(recorded: EnvoyCase): string | null {
  const servers = usableOf(recorded)
  if (servers.length === 0) return replayNone(recorded)
  const table = tableOf(recorded, servers, recorded.family === 'maglev')
  return replayMap({ open: (key) => servers[table.find(xxhash64(bytesOf(key)), 0)], close: nothing }, recorded.map)
}

function replayBounded(recorded: EnvoyCase): string | null {
  const hosts = recorded.weights.map((weight, server) => ({ name: nameOf(server), weight }))
  const table = tableOf(
    recorded,
    hosts.map((_, server) => server),
    recorded.policy === 'MAGLEV',
  )
  const active = hosts.map(() => 0)
  const driven: Driven = {
    open: (key) => {
      const hash = xxhash64(bytesOf(key))
      const server = boundedHost(hosts, table.find(hash, 0), hash, recorded.hash_balance_factor_pct!, (host) => active[host])
      active[server]++
      return server
    },
    close: (server) => void active[server]--,
  }
  return replayOperations(driven, recorded.ops!)
}

const countsOf = (servers: readonly Server[]): { hosts: number; healthy: number; degraded: number } => ({
  hosts: servers.length,
  healthy: servers.filter(({ health }) => health === 'healthy').length,
  degraded: servers.filter(({ health }) => health === 'degraded').length,
})

function replayPriority(recorded: EnvoyCase): string | null {
  const levels = recorded.levels!
  const loads = priorityLoads(levels.map(countsOf), recorded.overprovisioning_factor_pct!, recorded.healthy_panic_threshold_pct!)
  const stream = streamOf(recorded)
  const turns = new Map<string, number>()
  const open = (): number => {
    const { level, degraded } = levelOf(loads, stream.int(100))
    const wanted = degraded ? 'degraded' : 'healthy'
    const servers = levels[level].filter(({ health }) => loads.panic[level] || health === wanted)
    if (servers.length === 0) return SERVICE_UNAVAILABLE
    const group = `${level} ${wanted}`
    const turn = turns.get(group) ?? 0
    turns.set(group, turn + 1)
    return servers[turn % servers.length].server
  }
  return replayCounts({ open, close: nothing }, recorded.counts!, recorded.then_quick!)
}

function replayLocalities(recorded: EnvoyCase): string | null {
  const localities = recorded.localities!
  const weights = localityWeights(
    localities.map(({ weight, servers }) => ({ ...countsOf(servers), weight })),
    recorded.overprovisioning_factor_pct!,
  )
  if (weights.every((weight) => weight === 0)) return replayNone(recorded)
  const at = recorded.picks!.map((pick) => localities.findIndex(({ servers }) => servers.some(({ server }) => server === pick)))
  const difference = followsDeadlines(weights, at)
  if (difference !== null) return `localities: ${difference}`
  for (const [i, { servers }] of localities.entries()) {
    const healthy = servers.filter(({ health }) => health === 'healthy').map(({ server }) => server)
    const picks = recorded.picks!.filter((_, pick) => at[pick] === i)
    const turns = replayTurns({
      ...recorded,
      weights: healthy.map(() => 1),
      unhealthy: [],
      picks: picks.map((pick) => healthy.indexOf(pick)),
    })
    if (turns !== null && picks.length > 0) return `locality ${i}: ${turns}`
  }
  return null
}

/** The circuit breaker is asked after the choice of a host, so that a refused request has had its turn. */
function replayBreaker(recorded: EnvoyCase): string | null {
  const n = recorded.weights.length
  return followsSomeStart(n, (start) => {
    let turn = start
    let active = 0
    const driven: Driven = {
      open: () => {
        const server = turn++ % n
        if (active >= recorded.max_requests!) return SERVICE_UNAVAILABLE
        active++
        return server
      },
      close: () => void active--,
    }
    return replayOperations(driven, recorded.ops!)
  })
}

function replayOutliers(recorded: EnvoyCase): string | null {
  const n = recorded.weights.length
  const bad = new Set(recorded.bad)
  return followsSomeStart(n * (n - 1), (start) => {
    let turn = start
    const detector = new OutlierDetector(
      { consecutive5xx: recorded.consecutive_5xx!, maxEjectionPercent: recorded.max_ejection_percent! },
      n,
    )
    const open = (): number => {
      const servers = recorded.weights.map((_, server) => server).filter((server) => !detector.isEjected(server))
      const server = servers[turn++ % servers.length]
      detector.answered(server, bad.has(server))
      return server
    }
    return replayPicks({ open, close: nothing }, recorded.picks!)
  })
}
