/**
 * Balancers against queueing theory. Servers with exponential work of mean 1 and Poisson arrivals are a Markov chain; it is sampled
 * at the ticks of a Poisson clock of rate n (lambda + 1), each tick an arrival with probability lambda / (lambda + 1), else the end of
 * a service at a server drawn uniformly, if it has work. Averages over ticks are averages over time, and the mean response is the
 * mean number per server over lambda (Little). So no clock and no engine: what is tested is the choice alone.
 */
import { mean, sampleStandardDeviation } from 'simple-statistics'
import { describe, expect, test } from 'vitest'
import type { Definition } from '../define.ts'
import { leastConnections } from './least-connections.ts'
import type { Balancer, BalancingContext } from './policy.ts'
import { random } from './random.ts'
import { roundRobin } from './round-robin.ts'
import { context, request, seeded } from './slb.fixture.ts'
import { twoChoices } from './two-choices.ts'

interface Farm {
  readonly servers: number
  readonly lambda: number
  /** In mean service times. */
  readonly warmup: number
  readonly measured: number
}

/** Mean response, and the share of servers with at least i requests. */
function sample(definition: Definition<Balancer, BalancingContext>, { servers, lambda, warmup, measured }: Farm, seed: string) {
  const balancer = definition.create({}, context(seeded(`${seed}/balancer`)))
  const luck = seeded(`${seed}/luck`)
  for (let slot = 0; slot < servers; slot++) balancer.added(slot, 1)
  const queue = new Int32Array(servers)
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
    const slot = isArrival ? balancer.pick(request, -1) : luck.int(servers)
    const before = queue[slot]
    const after = isArrival ? before + 1 : Math.max(0, before - 1)
    if (!isArrival && before > 0) balancer.ended(slot, 0, 0)
    queue[slot] = after
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

function interval(values: readonly number[]): { readonly low: number; readonly high: number; readonly half: number } {
  const half = (T9 * sampleStandardDeviation([...values])) / Math.sqrt(values.length)
  const middle = mean([...values])
  return { low: middle - half, high: middle + half, half }
}

function replicate(definition: Definition<Balancer, BalancingContext>, farm: Farm) {
  const samples = Array.from({ length: REPLICATIONS }, (_, r) => sample(definition, farm, `theory/${r}`))
  return { response: interval(samples.map(({ response }) => response)), tail: Array.from({ length: 8 }, (_, i) => interval(samples.map((one) => one.tail[i]))) }
}

function contains({ low, high }: { low: number; high: number }, value: number): void {
  expect(low).toBeLessThanOrEqual(value)
  expect(high).toBeGreaterThanOrEqual(value)
}

function power(base: number, exponent: number): number {
  let result = 1
  for (let i = 0; i < exponent; i++) result *= base
  return result
}

/** Mean response of d choices for n to infinity, mean work 1: the sum over i >= 1 of lambda^((d^i - d) / (d - 1)). */
function fixedPoint(d: number, lambda: number): number {
  let sum = 0
  for (let i = 1, di = d; i < 12; i++, di *= d) sum += power(lambda, (di - d) / (d - 1))
  return sum
}

/** M/M/c mean response at c lambda: 1 + C / (c - a), C from Erlang B's recursion. */
function erlangResponse(c: number, lambda: number): number {
  const a = c * lambda
  let b = 1
  for (let k = 1; k <= c; k++) b = (a * b) / (k + a * b)
  const wait = b / (1 - (a / c) * (1 - b))
  return 1 + wait / (c - a)
}

describe('the closed forms themselves', () => {
  test('published values: 1.265686 at 0.5, 2.614057 at 0.9, 5.431997 at 0.99 (Mitzenmacher 2001)', () => {
    expect(fixedPoint(2, 0.5)).toBeCloseTo(1.265686, 6)
    expect(fixedPoint(2, 0.9)).toBeCloseTo(2.614057, 6)
    expect(fixedPoint(2, 0.99)).toBeCloseTo(5.431997, 6)
    expect(erlangResponse(1, 0.9)).toBeCloseTo(10, 9)
  })
})

describe('a farm of servers', () => {
  // n = 5,000: the finite farm exceeds the limit by O(1/n), far inside the interval
  const large = { servers: 5000, lambda: 0.9, warmup: 60, measured: 100 }

  test('two choices, lambda 0.9: mean response 2.614 = sum of lambda^(2^i - 2), shares with at least i requests lambda^(2^i - 1)', () => {
    const { response, tail } = replicate(twoChoices, large)
    contains(response, fixedPoint(2, 0.9))
    expect(response.half).toBeLessThan(0.02 * fixedPoint(2, 0.9)) // an interval that wide would say nothing
    for (let i = 1; i <= 4; i++) contains(tail[i], power(0.9, power(2, i) - 1)) // 0.9, 0.729, 0.478, 0.206
  })

  test('random, lambda 0.7: n separate M/M/1, mean response 1 / (1 - 0.7) = 3.333, geometric queues', () => {
    const { response, tail } = replicate(random, { servers: 1000, lambda: 0.7, warmup: 150, measured: 400 })
    contains(response, 1 / 0.3)
    expect(response.half).toBeLessThan(0.02 / 0.3)
    for (let i = 1; i <= 4; i++) contains(tail[i], power(0.7, i))
  })

  test('the draws are distinct: at n = 2, lambda 0.5, two choices is join-the-shortest-queue, 1.426, and not 1.597', () => {
    const { response } = replicate(twoChoices, { servers: 2, lambda: 0.5, warmup: 1000, measured: 40_000 })
    const exact = shortestOfTwo(0.5)
    expect(exact).toBeCloseTo(1.426, 3)
    contains(response, exact)
    expect(response.high).toBeLessThan(1.597)
    expect(response.low).toBeGreaterThan(fixedPoint(2, 0.5)) // a finite farm exceeds the limit
  })

  test('M/M/c <= least-connections (JSQ) <= two-choices <= random, and round-robin between M/M/c and random, at n = 50, lambda 0.9', () => {
    const farm = { servers: 50, lambda: 0.9, warmup: 600, measured: 1500 }
    const all = [leastConnections, twoChoices, roundRobin, random].map((definition) => replicate(definition, farm).response)
    const [shortest, two, turns, any] = all
    expect(erlangResponse(50, 0.9)).toBeLessThan(shortest!.low)
    expect(shortest!.high).toBeLessThan(two!.low)
    expect(two!.high).toBeLessThan(turns!.low)
    expect(turns!.high).toBeLessThan(any!.low)
  })
})

/** Mean response of join-the-shortest-queue at two servers: the chain on (i, j) up to 40 each, iterated until it stands still. */
function shortestOfTwo(lambda: number): number {
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
        const toFirst = i < j ? up : i > j ? 0 : up / 2
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
