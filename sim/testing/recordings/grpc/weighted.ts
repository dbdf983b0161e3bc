/**
 * Replays gRPC-Go's weighted round robin. The order of the endpoints in its picker and the start of its sequence are random: counts must be
 * within 2 of the exact shares, and some order and start must give the recorded picks.
 */
import { ReportedWeight, type ReportSettings } from '../../../slb/structures/grpc/reported-weights.ts'
import { remainderAt, scheduleOf, type Schedule } from '../../../slb/structures/grpc/static-stride.ts'
import type { RecordedCase } from '../recording.ts'

const MILLISECOND = 1000
const SECOND = 1_000_000
/** Rounds after which everything repeats; also the largest weight. */
const ROUNDS = 0xffff
const NEAR = 2

interface Endpoint {
  readonly addr: string
  readonly qps?: number
  readonly application_utilization?: number
  readonly cpu_utilization?: number
  readonly eps?: number
}

interface Phase {
  readonly wait_ms: number
  readonly report_index: Readonly<Record<string, number>> | null
  readonly picks: readonly number[]
  readonly counts: readonly number[]
}

/** One recorded case. */
export interface WeightedCase extends RecordedCase {
  readonly policy: 'weighted_round_robin'
  readonly config: {
    readonly blackoutPeriod?: string
    readonly errorUtilizationPenalty?: number
    readonly weightExpirationPeriod?: string
    readonly weightUpdatePeriod?: string
  }
  readonly endpoints: readonly Endpoint[]
  readonly phases: readonly Phase[]
}

/** A time such as 0.1s, of the configuration. */
function timeOf(text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise * SECOND
  const seconds = /^(\d+(?:\.\d+)?)s$/.exec(text)?.[1]
  if (seconds === undefined) throw new RangeError(`time ${JSON.stringify(text)}; accepted: seconds such as 10s`)
  return Math.round(Number(seconds) * SECOND)
}

/** Replays one case. */
export function replayWeighted({ config, endpoints, phases }: WeightedCase): string | null {
  const settings: ReportSettings = {
    blackout: timeOf(config.blackoutPeriod, 10),
    expiration: timeOf(config.weightExpirationPeriod, 180),
    penalty: config.errorUtilizationPenalty ?? 1,
  }
  const period = Math.max(timeOf(config.weightUpdatePeriod, 1), 100 * MILLISECOND)
  const weights = endpoints.map(() => new ReportedWeight())
  const scheduleAt = (now: number): Schedule => scheduleOf(weights.map((weight) => weight.at(now, settings)))
  let now = 0
  let schedule = scheduleAt(now)
  let update = period
  for (const [i, phase] of phases.entries()) {
    for (const endpoint of Object.values(phase.report_index ?? {})) {
      const { qps = 0, application_utilization = 0, cpu_utilization = 0, eps = 0 } = endpoints[endpoint]
      weights[endpoint].report(now, qps, application_utilization > 0 ? application_utilization : cpu_utilization, eps, settings)
    }
    now += phase.wait_ms * MILLISECOND
    for (; update <= now; update += period) schedule = scheduleAt(update)
    const difference = compareCounts(phase, schedule) ?? comparePicks(phase, schedule)
    if (difference !== null) return `phase ${i + 1}: ${difference}`
  }
  return null
}

function compareCounts({ counts }: Phase, { roundRobin, weights }: Schedule): string | null {
  const shares = Array.from(weights, (weight) => (roundRobin ? 1 : weight))
  const total = shares.reduce((sum, share) => sum + share, 0)
  const calls = counts.reduce((sum, count) => sum + count, 0)
  for (const [endpoint, share] of shares.entries()) {
    const ours = (calls * share) / total
    if (Math.abs(counts[endpoint] - ours) > NEAR)
      return `calls to endpoint ${endpoint}: recorded ${counts[endpoint]}, ours ${ours.toFixed(2)}, accepted: a difference up to ${NEAR}`
  }
  return null
}

function comparePicks({ picks }: Phase, { roundRobin, weights }: Schedule): string | null {
  const { length } = weights
  const found = roundRobin
    ? new Set(picks.slice(0, length)).size === length && picks.every((pick, i) => i < length || pick === picks[i - length])
    : new Search(picks, weights).succeeds()
  return found
    ? null
    : `no order of the endpoints and start of the sequence gives the recorded picks ${picks.slice(0, 20).join(' ')}... with weights ${weights.join(', ')}`
}

/**
 * The search for an order and a start. The heaviest endpoint is picked in each round, so its picks divide the sequence into segments, each of which
 * has another endpoint at most once. Whether it has it depends on the endpoint's remainder at the first segment alone; so the remainders that
 * give the recorded segments are marked by endpoint, and then orders and rounds are tried.
 */
class Search {
  private readonly weights: Uint16Array
  private readonly heaviest: number
  private readonly segments: number[][]
  private readonly allowed: readonly Uint8Array[]

  constructor(picks: readonly number[], weights: Uint16Array) {
    this.weights = weights
    this.heaviest = weights.indexOf(ROUNDS)
    this.segments = []
    for (const pick of picks) {
      if (pick === this.heaviest) this.segments.push([])
      else this.segments.at(-1)?.push(pick)
    }
    this.segments.pop() // the last one may be incomplete
    this.allowed = Array.from(weights, (weight, endpoint) => this.allowedOf(endpoint, weight))
  }

  succeeds(): boolean {
    return ordersOf(this.weights.length).some((order) => this.isInOrder(order) && this.hasStart(order))
  }

  /** The remainders in the round of the first segment that give its presence in each. */
  private allowedOf(endpoint: number, weight: number): Uint8Array {
    const wrong = new Int32Array(ROUNDS + 1)
    const mark = (from: number, to: number): void => {
      wrong[from]++
      wrong[to]--
    }
    this.segments.forEach((segment, k) => {
      const present = segment.includes(endpoint)
      // Picked from ROUNDS - weight on; the remainder has grown by k * weight since the first segment.
      const from = ((((present ? 0 : ROUNDS - weight) - k * weight) % ROUNDS) + ROUNDS) % ROUNDS
      const count = present ? ROUNDS - weight : weight
      mark(from, Math.min(ROUNDS, from + count))
      if (from + count > ROUNDS) mark(0, from + count - ROUNDS)
    })
    const allowed = new Uint8Array(ROUNDS)
    for (let at = 0, sum = 0; at < ROUNDS; at++) {
      sum += wrong[at]
      allowed[at] = sum === 0 ? 1 : 0
    }
    return allowed
  }

  /** Whether no segment contradicts the order, counted from the heaviest on. */
  private isInOrder(order: readonly number[]): boolean {
    const { length } = order
    const from = order.indexOf(this.heaviest)
    const rank = (endpoint: number): number => (order.indexOf(endpoint) - from + length) % length
    return this.segments.every((segment) => segment.every((endpoint, i) => i === 0 || rank(segment[i - 1]) < rank(endpoint)))
  }

  /** Endpoints that come before the heaviest in the order belong to the round after its own. */
  private hasStart(order: readonly number[]): boolean {
    const { weights, allowed, heaviest } = this
    const from = order.indexOf(heaviest)
    const others = order.map((_, place) => place).filter((place) => place !== from)
    const remainders = others.map((place) => remainderAt(weights[order[place]], place, place < from ? 1 : 0))
    for (let round = 0; round < ROUNDS; round++) {
      if (others.every((place, i) => allowed[order[place]][remainders[i]] === 1)) return true
      for (let i = 0; i < others.length; i++) {
        const next = remainders[i] + weights[order[others[i]]]
        remainders[i] = next >= ROUNDS ? next - ROUNDS : next
      }
    }
    return false
  }
}

/** All permutations of this number of things. */
function ordersOf(count: number): number[][] {
  if (count === 0) return [[]]
  return ordersOf(count - 1).flatMap((order) =>
    Array.from({ length: count }, (_, at) => [...order.slice(0, at), count - 1, ...order.slice(at)]),
  )
}
