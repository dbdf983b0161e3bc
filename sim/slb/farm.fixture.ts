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
import { NONE } from '../common/ids.ts'
import { joinIdleQueue } from './members/join-idle-queue.ts'
import { Outcome, QUEUE, REJECT } from './policy.ts'
import type { Balancer, BalancingContext } from './policy.ts'
import { seeded } from './slb.fixture.ts'
import type { RandomStream } from '../random/stream.ts'
import { erlangC } from '../testing/queueing.ts'

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

/** A mean service time on the clock that balancers read [µs]. */
export const SERVICE = 1_000_000

interface Sample {
  /** Mean response in mean service times; of requests that were not rejected. */
  readonly response: number
  /** Share of servers with at least i requests. */
  readonly tail: readonly number[]
  /** Share of arrivals that were rejected. */
  readonly rejected: number
}

/** One of the balancers, with what the farm does for it: its queue, its timers and its probes. */
class Dispatcher {
  queued = 0
  readonly balancer: Balancer
  private readonly timers: { readonly time: number; readonly tag: number }[] = []
  private readonly probes: { readonly slot: number; readonly tag: number }[] = []
  private readonly inside: Int32Array
  private readonly view = { client: NONE, attempt: 0, queued: 0 }

  constructor({ definition, given }: Contender, random: RandomStream, now: () => number, inside: Int32Array) {
    this.inside = inside
    const context = {
      random,
      now,
      wakeAt: (time: number, tag: number): void => {
        this.timers.push({ time, tag })
        this.timers.sort((a, b) => a.time - b.time)
      },
      probe: (slot: number, tag: number): void => void this.probes.push({ slot, tag }),
    }
    this.balancer = definition.create(valuesOf(definition.parameters, given), context)
  }

  /** For a new request, and with `isHead` for the head of the queue. */
  ask(isHead: boolean): number {
    this.view.queued = isHead ? this.queued - 1 : this.queued
    return this.balancer.pick(this.view, NONE)
  }

  /** Fires the timers up to `now`, and answers probes at once. False when there were none. */
  wake(now: number): boolean {
    if (this.timers.length === 0 || this.timers[0].time > now) return false
    while (this.timers.length > 0 && this.timers[0].time <= now) this.balancer.woke!(this.timers.shift()!.tag)
    for (const { slot, tag } of this.probes.splice(0)) this.balancer.probed!(slot, tag, this.inside[slot])
    return true
  }
}

/** The servers, first come first served, and the dispatcher of each request. */
class Chain {
  readonly holding = new Float64Array(64) // servers with exactly i requests
  /** Requests in servers and in queues. */
  present = 0
  arrivals = 0
  rejections = 0
  private time = 0
  private readonly dispatchers: readonly Dispatcher[]
  private readonly inside: Int32Array
  private readonly events: RandomStream
  private readonly choice: RandomStream
  private readonly arrivalShare: number
  /** By server: the dispatcher that its last `idled` went to. */
  private readonly idleAt: Int32Array
  /** By server: whose request it is, as a ring of the last 256. */
  private readonly sender: Uint8Array
  private readonly ends: Int32Array
  private readonly reportsIdle: boolean
  private readonly reportsCounts: boolean
  private readonly hasTimers: boolean

  constructor(contender: Contender, { servers, lambda, balancers = 1 }: Farm, seed: string) {
    this.inside = new Int32Array(servers)
    this.dispatchers = Array.from(
      { length: balancers },
      (_, i) =>
        new Dispatcher(contender, seeded(balancers === 1 ? `${seed}/balancer` : `${seed}/balancer-${i}`), () => this.time, this.inside),
    )
    this.events = seeded(`${seed}/luck`)
    this.choice = seeded(`${seed}/choice`)
    this.arrivalShare = lambda / (lambda + 1)
    this.idleAt = new Int32Array(servers)
    this.sender = new Uint8Array(balancers === 1 ? 0 : servers * 256)
    this.ends = new Int32Array(servers)
    const { idled, reported, woke } = this.dispatchers[0].balancer
    this.reportsIdle = idled !== undefined
    this.reportsCounts = reported !== undefined
    this.hasTimers = woke !== undefined
    this.holding[0] = servers
    for (let slot = 0; slot < servers; slot++) {
      for (const { balancer } of this.dispatchers) balancer.added(slot, 1)
      if (this.reportsIdle) this.becomesIdle(slot)
    }
  }

  tick(time: number): void {
    this.time = time
    const { dispatchers } = this
    if (this.hasTimers) for (const dispatcher of dispatchers) if (dispatcher.wake(time)) this.serve(dispatcher)
    if (this.events.next() < this.arrivalShare) this.arrive(dispatchers.length > 1 ? this.choice.int(dispatchers.length) : 0)
    else this.complete(this.events.int(this.inside.length))
  }

  private arrive(from: number): void {
    const dispatcher = this.dispatchers[from]
    this.arrivals++
    const slot = dispatcher.ask(false)
    if (slot === REJECT) {
      this.rejections++
      return
    }
    this.present++
    if (slot === QUEUE) dispatcher.queued++
    else this.send(from, slot)
  }

  private send(from: number, slot: number): void {
    const before = this.inside[slot]
    if (this.dispatchers.length > 1) this.sender[slot * 256 + ((this.ends[slot] + before) & 255)] = from
    this.set(slot, before + 1)
    if (this.reportsIdle && before === 0) this.dispatchers[this.idleAt[slot]].balancer.busied?.(slot)
    if (this.reportsCounts) this.report(slot)
  }

  private complete(slot: number): void {
    const before = this.inside[slot]
    if (before === 0) return
    const dispatcher = this.dispatchers[this.dispatchers.length > 1 ? this.sender[slot * 256 + (this.ends[slot]++ & 255)] : 0]
    this.present--
    this.set(slot, before - 1)
    dispatcher.balancer.ended(slot, 0, Outcome.Answered)
    if (this.reportsIdle && before === 1) this.becomesIdle(slot)
    if (this.reportsCounts) this.report(slot)
    this.serve(dispatcher)
  }

  /** Asks for the head of the queue until the answer is QUEUE. */
  private serve(dispatcher: Dispatcher): void {
    while (dispatcher.queued > 0) {
      const slot = dispatcher.ask(true)
      if (slot === QUEUE) return
      dispatcher.queued--
      if (slot !== REJECT) this.send(this.dispatchers.indexOf(dispatcher), slot)
    }
  }

  private set(slot: number, count: number): void {
    this.holding[Math.min(this.inside[slot], 63)]--
    this.holding[Math.min(count, 63)]++
    this.inside[slot] = count
  }

  private becomesIdle(slot: number): void {
    const { dispatchers } = this
    this.idleAt[slot] = dispatchers.length === 1 ? 0 : this.choice.int(dispatchers.length)
    dispatchers[this.idleAt[slot]].balancer.idled!(slot)
  }

  private report(slot: number): void {
    for (const { balancer } of this.dispatchers) balancer.reported!(slot, this.inside[slot])
  }
}

function sample(contender: Contender, farm: Farm, seed: string): Sample {
  const { servers, lambda, warmup, measured } = farm
  const chain = new Chain(contender, farm, seed)
  const tail = new Float64Array(8)
  const ticksPerTime = servers * (lambda + 1)
  const first = Math.round(warmup * ticksPerTime)
  const last = first + Math.round(measured * ticksPerTime)
  let sum = 0
  for (let tick = 0; tick < last; tick++) {
    if (tick === first) chain.arrivals = chain.rejections = 0
    chain.tick(Math.floor((tick * SERVICE) / ticksPerTime))
    if (tick < first) continue
    sum += chain.present
    if (tick % servers !== 0) continue
    let atLeast = servers
    for (let i = 0; i < tail.length; i++) {
      tail[i] += atLeast / servers
      atLeast -= chain.holding[i]
    }
  }
  const samples = Math.ceil(last / servers) - Math.ceil(first / servers)
  const rejected = chain.rejections / chain.arrivals
  return {
    response: sum / (last - first) / servers / lambda / (1 - rejected),
    tail: Array.from(tail, (share) => share / samples),
    rejected,
  }
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

export interface Replicated {
  readonly response: Interval
  readonly tail: readonly Interval[]
  readonly rejected: Interval
}

/** Ten replications: 99 % intervals of the mean response, of the shares of servers with at least i requests, and of the share of arrivals that are rejected. */
export function replicate(contender: Contender, farm: Farm): Replicated {
  const samples = Array.from({ length: REPLICATIONS }, (_, r) => sample(contender, farm, `theory/${r}`))
  return {
    response: interval(samples.map(({ response }) => response)),
    tail: Array.from({ length: 8 }, (_, i) => interval(samples.map((one) => one.tail[i]))),
    rejected: interval(samples.map(({ rejected }) => rejected)),
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

/** M/M/c mean response at c lambda: 1 + C / (c - a), C from Erlang. */
export function erlangResponse(c: number, lambda: number): number {
  const a = c * lambda
  return 1 + erlangC(c, a) / (c - a)
}

/** M/M/c/K with K = c + capacity, at c lambda: the share of arrivals that find it full. A capacity of 0 is Erlang's loss formula B. */
export function shareRejected(c: number, lambda: number, capacity: number): number {
  let weight = 1
  let sum = 1
  for (let n = 1; n <= c + capacity; n++) {
    weight *= (c * lambda) / Math.min(n, c)
    sum += weight
  }
  return weight / sum
}

/**
 * Mean response of two servers when an arrival joins the shorter queue with probability `shorter` (1: JSQ; 3/4: two draws that may coincide), either
 * one on a tie: the chain on (i, j) up to 40 each, iterated until it is stationary.
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

/**
 * n to infinity with r servers a balancer, idle pods that withdraw their word. A list of l idle pods gains one at rate b and loses one at rate r lambda + l s: to its own
 * arrivals, and to the others' random ones, which reach every pod at rate s = lambda P(l = 0). Its mean is r (1 - lambda), since all idle pods are on a list. A busy pod
 * is an M/M/1 with arrivals at rate s: mean response 1 / (1 - s).
 */
function listsOfIdle(lambda: number, r: number): number {
  let s = 0
  for (let round = 0; round < 200; round++) {
    const shares = (b: number): number[] => {
      const list = [1]
      for (let l = 1; l < 400; l++) list.push((list[l - 1] * b) / (r * lambda + l * s))
      const sum = list.reduce((total, share) => total + share, 0)
      return list.map((share) => share / sum)
    }
    let low = 0
    let high = r
    for (let halving = 0; halving < 60; halving++) {
      const b = (low + high) / 2
      const length = shares(b).reduce((sum, share, l) => sum + share * l, 0)
      if (length < r * (1 - lambda)) low = b
      else high = b
    }
    s = lambda * shares(low)[0]
  }
  return 1 / (1 - s)
}

/**
 * join-idle-queue with r = 10 servers a balancer at n = 1,000: the large-system limit, and within 3 % the closed form of Lu et al.,
 * 1 + lambda / ((1 - lambda)(1 + r)); the interval is narrower than `half` of the limit.
 */
export function idleQueues(lambda: number, half: number): void {
  const limit = listsOfIdle(lambda, 10)
  const published = 1 + lambda / ((1 - lambda) * 11)
  expect(Math.abs(limit / published - 1)).toBeLessThan(0.03)
  const { response } = replicate({ definition: joinIdleQueue }, { servers: 1000, lambda, warmup: 60, measured: 150, balancers: 100 })
  contains(response, limit)
  expect(response.half).toBeLessThan(half * limit)
}
