/** What the recordings of the proxies have in common: requests one after another, requests held open, and counts that are compared statistically. */
import { Streams } from '../../../random/stream.ts'
import type { RandomStream } from '../../../random/stream.ts'
import { Outcome } from '../../../slb/policy.ts'
import type { Balancer, BalancingContext } from '../../../slb/policy.ts'
import { firstDifference, type RecordedCase } from '../recording.ts'

/** One step: a request that stays in flight, its end, or a request that ends at once. A negative server is the proxy's own status. */
export type Operation = readonly ['open' | 'quick', id: number, server: number, key?: string] | readonly ['close', id: number]

/** A recorded case of a proxy; the families add properties. */
export interface ProxyCase extends RecordedCase {
  readonly family: string
  readonly weights?: readonly number[]
  readonly picks?: readonly number[]
  readonly ops?: readonly Operation[]
  readonly then_quick?: number
  readonly counts?: Readonly<Record<string, number>>
  readonly map?: readonly (readonly [key: string, server: number])[]
}

/** A proxy as the replay drives it. */
export interface Driven {
  /** The server that gets the request, or the negative status of the proxy's own answer. */
  open(key: string): number
  /** The request that was opened at the server has ended. */
  close(server: number): void
}

/** Compares the server of each consecutive request, none of which is in flight when the next one comes. */
export function replayPicks(driven: Driven, picks: readonly number[]): string | null {
  return firstDifference(
    picks,
    picks.map(() => quick(driven, '')),
    'picks',
  )
}

/** Compares the server of each key. */
export function replayMap(driven: Driven, map: ProxyCase['map']): string | null {
  for (const [key, server] of map ?? []) {
    const ours = quick(driven, key)
    if (ours !== server) return `key ${JSON.stringify(key)}: recorded ${server}, ours ${ours}`
  }
  return null
}

/** Compares the server of each request while others are in flight. */
export function replayOperations(driven: Driven, ops: readonly Operation[]): string | null {
  const open = new Map<number, number>()
  for (const [i, operation] of ops.entries()) {
    if (operation[0] === 'close') {
      end(driven, open, operation[1])
      continue
    }
    const [action, id, server, key = ''] = operation
    const ours = action === 'open' ? driven.open(key) : quick(driven, key)
    if (ours !== server) return `step ${i}, request ${id}: recorded ${server}, ours ${ours}`
    if (action === 'open') open.set(id, ours)
  }
  return null
}

/** Tries of a random choice after which a recorded server counts as impossible; a choice with a chance of 1 in 50 is then missed with probability 1e-17. */
const TRIES = 2000

/** Requests in flight with random choices: each recorded server must be one that ours chooses sooner or later. They end as recorded. */
export function replayPossible(driven: Driven, ops: readonly Operation[]): string | null {
  const open = new Map<number, number>()
  for (const [i, operation] of ops.entries()) {
    if (operation[0] === 'close') {
      end(driven, open, operation[1])
      continue
    }
    const [action, id, server, key = ''] = operation
    const found = new Set<number>()
    let ours = driven.open(key)
    for (let tries = 0; ours !== server && tries < TRIES; tries++) {
      if (ours >= 0) driven.close(ours)
      found.add(ours)
      ours = driven.open(key)
    }
    if (ours !== server) return `step ${i}, request ${id}: recorded ${server}, ours one of ${[...found].join(', ')}`
    if (action === 'open') open.set(id, ours)
    else if (ours >= 0) driven.close(ours)
  }
  return null
}

/** A balancer of the family as a proxy with a backend for each weight. */
export function drivenBy(recorded: RecordedCase, create: (context: BalancingContext) => Balancer, weights: readonly number[]): Driven {
  const never = (): never => {
    throw new Error('no timer and no probe in a recording')
  }
  const balancer = create({ random: streamOf(recorded), now: () => 0, wakeAt: never, probe: never })
  weights.forEach((weight, slot) => balancer.added(slot, weight))
  return {
    open: () => balancer.pick({ client: -1, attempt: 0, queued: 0 }, -1),
    close: (server) => balancer.ended(server, 1, Outcome.Answered),
  }
}

function end(driven: Driven, open: Map<number, number>, id: number): void {
  const server = open.get(id)
  if (server !== undefined && server >= 0) driven.close(server)
  open.delete(id)
}

/** Lets the recorded choices happen: their servers hold the requests, whatever ours would have chosen. `take` is told the server of each. */
export function hold(ops: readonly Operation[], take: (server: number) => void, close: (server: number) => void): void {
  const open = new Map<number, number>()
  for (const operation of ops) {
    if (operation[0] === 'close') {
      const server = open.get(operation[1])
      if (server !== undefined && server >= 0) close(server)
      open.delete(operation[1])
    } else if (operation[2] >= 0) {
      take(operation[2])
      if (operation[0] === 'quick') close(operation[2])
      else open.set(operation[1], operation[2])
    }
  }
}

function quick(driven: Driven, key: string): number {
  const server = driven.open(key)
  if (server >= 0) driven.close(server)
  return server
}

/** Draws of ours that a statistical comparison makes for each recorded one. */
const OVERSAMPLING = 40
/** Standard deviations of the difference of two shares that are accepted: for a thousand comparisons the chance that one exceeds them is below 1e-5. */
const SIGMAS = 6

/** The stream of a statistical case; the seed is fixed. */
export function streamOf(recorded: RecordedCase): RandomStream {
  return new Streams('recordings', 0).stream(String(recorded.id))
}

/**
 * Compares shares: recorded counts of n requests with ours of 40 n, server by server, within 6 standard deviations of the difference of two binomial shares.
 * A server that ours never uses must not be used in the recording.
 */
export function replayCounts(driven: Driven, counts: Readonly<Record<string, number>>, n: number): string | null {
  const draws = n * OVERSAMPLING
  const ours = new Map<number, number>()
  for (let i = 0; i < draws; i++) {
    const server = quick(driven, '')
    ours.set(server, (ours.get(server) ?? 0) + 1)
  }
  for (const server of new Set([...ours.keys(), ...Object.keys(counts).map(Number)])) {
    const recorded = counts[server] ?? 0
    const share = (ours.get(server) ?? 0) / draws
    const bound = SIGMAS * Math.sqrt(share * (1 - share) * (1 / n + 1 / draws)) * n
    if (Math.abs(recorded - share * n) > bound)
      return `requests to server ${server}: recorded ${recorded} of ${n}, ours ${(share * n).toFixed(1)} of ${n} in ${draws} draws, accepted: a difference up to ${bound.toFixed(1)} (${SIGMAS} standard deviations)`
  }
  return null
}
