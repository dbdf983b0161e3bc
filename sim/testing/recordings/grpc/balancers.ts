/** Replays gRPC-Go's balancers. */
import { PowerOfD } from '../../../slb/members/power-of-d.ts'
import { roundRobin } from '../../../slb/members/round-robin.ts'
import type { RandomStream } from '../../../random/stream.ts'
import type { BalancingContext } from '../../../slb/policy.ts'
import { GrpcRing } from '../../../slb/structures/grpc/ring.ts'
import { bytesOf } from '../../../slb/structures/hashes/bytes.ts'
import { xxhash64 } from '../../../slb/structures/hashes/xxhash64.ts'
import { replayCounts, streamOf } from '../proxies/traffic.ts'
import type { RecordedCase } from '../recording.ts'
import { replayWeighted, type WeightedCase } from './weighted.ts'

interface Endpoint {
  readonly addr: string
  readonly hash_key?: string
  readonly down?: boolean
}

interface LeastCase extends RecordedCase {
  readonly policy: 'least_request_experimental'
  readonly config: { readonly choiceCount?: number }
  readonly endpoints: readonly Endpoint[]
  readonly held: readonly number[] | null
  readonly counts: readonly number[]
}

interface RingCase extends RecordedCase {
  readonly policy: 'ring_hash_experimental'
  readonly config: { readonly minRingSize?: number; readonly maxRingSize?: number }
  readonly endpoints: readonly Endpoint[]
  readonly map: readonly (readonly [session: string, endpoint: number])[]
}

interface RoundRobinCase extends RecordedCase {
  readonly policy: 'round_robin'
  readonly endpoints: readonly Endpoint[]
  readonly order_of_first_picks: readonly number[]
}

type GrpcCase = WeightedCase | LeastCase | RingCase | RoundRobinCase

/** Replays one case of any policy. */
export function replayGrpc(recorded: GrpcCase): string | null {
  switch (recorded.policy) {
    case 'weighted_round_robin':
      return replayWeighted(recorded)
    case 'least_request_experimental':
      return replayLeast(recorded)
    case 'ring_hash_experimental':
      return replayRing(recorded)
    case 'round_robin':
      return replayRoundRobin(recorded)
  }
}

const REQUEST = { client: -1, attempt: 0, queued: 0 }

function contextOf(random: RandomStream): BalancingContext {
  const unused = (): never => {
    throw new Error('no time passes in this replay')
  }
  return { random, now: unused, wakeAt: unused, probe: unused }
}

/** Draws with replacement, at most 10 of them. While requests are sent to be held, all draws are the backend that shall hold them. */
function replayLeast(recorded: LeastCase): string | null {
  const { config, endpoints, held, counts } = recorded
  const stream = streamOf(recorded)
  let forced = -1
  const random: RandomStream = { next: () => stream.next(), int: (n) => (forced < 0 ? stream.int(n) : forced) }
  const balancer = new PowerOfD({ choices: Math.min(config.choiceCount ?? 2, 10), replacement: true, memory: 0 }, contextOf(random))
  endpoints.forEach((_, slot) => balancer.added(slot, 1))
  for (const [slot, count] of (held ?? []).entries()) {
    forced = slot
    for (let i = 0; i < count; i++) balancer.pick(REQUEST, -1)
  }
  forced = -1
  const n = counts.reduce((sum, count) => sum + count, 0)
  const driven = { open: () => balancer.pick(REQUEST, -1), close: (slot: number) => balancer.ended(slot) }
  return replayCounts(driven, Object.fromEntries(counts.entries()), n)
}

function replayRing({ config, endpoints, map }: RingCase): string | null {
  const hosts = endpoints.map(({ addr, hash_key }) => ({ name: hash_key === undefined || hash_key === '' ? addr : hash_key, weight: 1 }))
  const ring = new GrpcRing(hosts, config.minRingSize ?? 1024, config.maxRingSize ?? 4096)
  for (const [session, endpoint] of map) {
    const ours = ring.find(xxhash64(bytesOf(session)), (backend) => endpoints[backend].down !== true)
    if (ours !== endpoint) return `session ${session}: recorded endpoint ${endpoint}, ours ${ours}`
  }
  return null
}

/** The first round gives the order, which is random with many endpoints, and the start; all further rounds must be as it. */
function replayRoundRobin(recorded: RoundRobinCase): string | null {
  const { endpoints, order_of_first_picks: picks } = recorded
  const up = endpoints.flatMap(({ down }, i) => (down === true ? [] : [i]))
  const order = picks.slice(0, up.length)
  if ([...order].sort((a, b) => a - b).join() !== up.join())
    return `first round: recorded ${order.join(' ')}, of ours ${up.join(' ')} in any order`
  const balancer = roundRobin.create({}, contextOf(streamOf(recorded)))
  for (const endpoint of order) balancer.added(endpoint, 1)
  for (const [i, pick] of picks.entries()) {
    const ours = balancer.pick(REQUEST, -1)
    if (ours !== pick) return `pick ${i}: recorded ${pick}, ours ${ours}`
  }
  return null
}
