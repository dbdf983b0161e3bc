/**
 * Balancers against queueing theory. Servers with exponential work of mean 1 and Poisson arrivals are a Markov chain; it is sampled
 * at the ticks of a Poisson clock of rate n (lambda + 1), each tick an arrival with probability lambda / (lambda + 1), else the end of
 * a service at a server drawn uniformly, if it has work. Averages over ticks are averages over time, and the mean response is the
 * mean number per server over lambda (Little). So no clock and no engine: what is tested is the choice alone.
 */
import { mean, sampleStandardDeviation } from 'simple-statistics'
import { expect } from 'vitest'
import { valuesOf } from '../common/define.ts'
import type { Definition, ParameterValue } from '../common/define.ts'
import type { Balancer, BalancingContext } from './policy.ts'
import { context, request, seeded } from './slb.fixture.ts'

export interface Farm {
  readonly servers: number
  readonly lambda: number
  /** In mean service times. */
  readonly warmup: number
  readonly measured: number
  /** Balancers; each arrival meets one, drawn uniformly. */
  readonly balancers?: number
}

export interface Contender {
  readonly definition: Definition<Balancer, BalancingContext>
  readonly given?: Readonly<Record<string, ParameterValue>>
}

/** Mean response, and the share of servers with at least i requests. */
function sample({ definition, given }: Contender, { servers, lambda, warmup, measured, balancers = 1 }: Farm, seed: string) {
  const values = valuesOf(definition.parameters, given)
  const dispatchers = Array.from({ length: balancers }, (_, i) =>
    definition.create(values, context(seeded(balancers === 1 ? `${seed}/balancer` : `${seed}/balancer-${i}`))),
  )
  const luck = seeded(`${seed}/luck`)
  const choice = seeded(`${seed}/choice`)
  /** By server: the dispatcher told last that it is idle. */
  const told = new Int32Array(servers)
  const fallsIdle = (slot: number): void => {
    told[slot] = balancers === 1 ? 0 : choice.int(balancers)
    dispatchers[told[slot]].idled?.(slot)
  }
  for (let slot = 0; slot < servers; slot++) {
    for (const dispatcher of dispatchers) dispatcher.added(slot, 1)
    if (dispatchers[0].idled !== undefined) fallsIdle(slot)
  }
  const listens = dispatchers[0].idled !== undefined
  const counts = dispatchers[0].reported !== undefined
  const queue = new Int32Array(servers)
  /** By server, first come first served: whose request it is, as a ring of the last 256. */
  const sender = new Uint8Array(balancers === 1 ? 0 : servers * 256)
  const ends = new Int32Array(servers)
  const holding = new Float64Array(64) // servers with exactly i requests
  const tail = new Float64Array(8)
  let present = 0
  let sum = 0
  holding[0] = servers
  const ticksPerTime = servers * (lambda + 1)
  const first = Math.round(warmup * ticksPerTime)
  const last = first + Math.round(measured * ticksPerTime)
  const arrivalShare = lambda / (lambda + 1)
  for (let tick = 0; tick < last; tick++) {
    const isArrival = luck.next() < arrivalShare
    const from = isArrival && balancers > 1 ? choice.int(balancers) : 0
    const slot = isArrival ? dispatchers[from].pick(request, -1) : luck.int(servers)
    const before = queue[slot]
    const after = isArrival ? before + 1 : Math.max(0, before - 1)
    queue[slot] = after
    if (isArrival) {
      if (balancers > 1) sender[slot * 256 + ((ends[slot] + before) & 255)] = from
      if (listens && before === 0) dispatchers[told[slot]].busied?.(slot)
    } else if (before > 0) {
      dispatchers[balancers > 1 ? sender[slot * 256 + (ends[slot]++ & 255)] : 0].ended(slot, 0, 0)
      if (listens && after === 0) fallsIdle(slot)
    }
    if (counts && after !== before) for (const dispatcher of dispatchers) dispatcher.reported!(slot, after)
    present += after - before
    holding[Math.min(before, 63)]--
    holding[Math.min(after, 63)]++
    if (tick < first) continue
    sum += present
    if (tick % servers !== 0) continue
    let atLeast = servers
    for (let i = 0; i < tail.length; i++) {
      tail[i] += atLeast / servers
      atLeast -= holding[i]
    }
  }
  const samples = Math.ceil(last / servers) - Math.ceil(first / servers)
  return { response: sum / (last - first) / servers / lambda, tail: Array.from(tail, (share) => share / samples) }
}

const REPLICATIONS = 10
/** Student's t, 9 degrees of freedom, two-sided 99 %. */
const T9 = 3.2498

export interface Interval {
  readonly low: number
  readonly high: number
  readonly half: number
}

function interval(values: readonly number[]): Interval {
  const half = (T9 * sampleStandardDeviation([...values])) / Math.sqrt(values.length)
  const middle = mean([...values])
  return { low: middle - half, high: middle + half, half }
}

/** Ten replications: 99 % intervals of the mean response and of the shares of servers with at least i requests. */
export function replicate(contender: Contender, farm: Farm): { readonly response: Interval; readonly tail: readonly Interval[] } {
  const samples = Array.from({ length: REPLICATIONS }, (_, r) => sample(contender, farm, `theory/${r}`))
  return {
    response: interval(samples.map(({ response }) => response)),
    tail: Array.from({ length: 8 }, (_, i) => interval(samples.map((one) => one.tail[i]))),
  }
}

export function contains({ low, high }: Interval, value: number): void {
  expect(low).toBeLessThanOrEqual(value)
  expect(high).toBeGreaterThanOrEqual(value)
}

export function power(base: number, exponent: number): number {
  let result = 1
  for (let i = 0; i < exponent; i++) result *= base
  return result
}

/** Mean response of d choices for n to infinity, mean work 1: the sum over i >= 1 of lambda^((d^i - d) / (d - 1)); d = 1 is M/M/1. */
export function fixedPoint(d: number, lambda: number): number {
  if (d === 1) return 1 / (1 - lambda)
  let sum = 0
  for (let i = 1, di = d; i < 12 && di < 1e5; i++, di *= d) sum += power(lambda, (di - d) / (d - 1))
  return sum
}

/** M/M/c mean response at c lambda: 1 + C / (c - a), C from Erlang B's recursion. */
export function erlangResponse(c: number, lambda: number): number {
  const a = c * lambda
  let b = 1
  for (let k = 1; k <= c; k++) b = (a * b) / (k + a * b)
  const wait = b / (1 - (a / c) * (1 - b))
  return 1 + wait / (c - a)
}

/**
 * Mean response of two servers when an arrival joins the shorter queue with probability `shorter` (1: JSQ; 3/4: two draws that may coincide), either
 * one on a tie: the chain on (i, j) up to 40 each, iterated until it stands still.
 */
export function shortestOfTwo(lambda: number, shorter = 1): number {
  const top = 41
  const at = (i: number, j: number): number => i * top + j
  const rate = 2 * lambda + 2
  let now = new Float64Array(top * top)
  now[0] = 1
  for (let round = 0; round < 2000; round++) {
    const next = new Float64Array(top * top)
    for (let i = 0; i < top; i++) {
      for (let j = 0; j < top; j++) {
        const mass = now[at(i, j)]
        if (mass < 1e-18) continue
        const up = (mass * 2 * lambda) / rate
        const toFirst = i < j ? up * shorter : i > j ? up * (1 - shorter) : up / 2
        next[at(Math.min(i + 1, top - 1), j)] += toFirst
        next[at(i, Math.min(j + 1, top - 1))] += up - toFirst
        next[at(Math.max(i - 1, 0), j)] += mass / rate
        next[at(i, Math.max(j - 1, 0))] += mass / rate
      }
    }
    now = next
  }
  let present = 0
  for (let i = 0; i < top; i++) for (let j = 0; j < top; j++) present += (i + j) * now[at(i, j)]
  return present / (2 * lambda)
}
