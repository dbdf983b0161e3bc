import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { input, pool, service } from '../../sim/testing/index.ts'
import type { DistributionSpec } from '../../sim/random/index.ts'
import { type RequestSource, simulate } from '../../sim/index.ts'
import { openRequests } from '../index.ts'
import type { TrafficSpec, WorkSpec } from '../requests/spec.ts'
import { streams } from '../streams.fixture.ts'
import { TimeHeap } from './time-heap.ts'

const none: DistributionSpec = { kind: 'constant', value: 0 }
const WORK = 10_000
const THINK = 90_000
const exponential = (mean: number): DistributionSpec => ({ kind: 'exponential', mean })

/** Response time and throughput of n clients with one exponential server: R(n) = S (1 + Q(n - 1)), X = n / (R + Z), Q = X R (Reiser and Lavenberg 1980). */
function meanValues(clients: number, work: number, think: number): { readonly response: number; readonly throughput: number } {
  let queue = 0
  let response = work
  for (let n = 1; n <= clients; n++) {
    response = work * (1 + queue)
    queue = (n * response) / (response + think)
  }
  return { response, throughput: clients / (response + think) }
}

/** Student's t for 9 degrees of freedom at 99.9 % (two-sided), from published tables. */
const T = 4.781

describe('against mean value analysis, through the whole simulation (intervals at 99.9 %)', () => {
  test.each<[number, DistributionSpec, DistributionSpec, number]>([
    [1, exponential(WORK), exponential(THINK), 1],
    [5, exponential(WORK), exponential(THINK), 1],
    [10, exponential(WORK), exponential(THINK), 1],
    [30, exponential(WORK), exponential(THINK), 1],
    // Any think time has the same answer (BCMP), and under processor sharing any work too.
    [10, exponential(WORK), { kind: 'constant', value: THINK }, 1],
    [10, { kind: 'lognormal', mean: WORK, cv: 1.5 }, { kind: 'gamma', mean: THINK, shape: 0.5 }, 0],
  ])('%s clients, work %j, think %j, threads %s: R and X', (clients, cpu, think, threads) => {
    const traffic: TrafficSpec = { pattern: 'closed-loop', clients, think }
    const responses: number[] = []
    const throughputs: number[] = []
    for (let replication = 0; replication < 10; replication++) {
      const { metrics } = simulate(
        input({
          check: replication === 0,
          replication,
          horizon: 300e6,
          warmup: 20e6,
          sample: 3600e6,
          pools: [pool(1, { cpu: 64_000 })],
          services: [
            service({
              threads,
              objective: 1e12,
              requests: (stream) => openRequests(traffic, { wait: none, cpu }, stream),
              shape: { ...service().shape, limit: 1000 },
            }),
          ],
        }),
      )
      responses.push(metrics['latency-mean'] as number)
      throughputs.push(metrics['goodput'] as number)
    }
    const { response, throughput } = meanValues(clients, WORK, THINK)
    for (const [found, expected] of [
      [responses, response / 1000],
      [throughputs, throughput * 1e6],
    ] as const) {
      const mean = found.reduce((sum, x) => sum + x, 0) / 10
      const half = T * Math.sqrt(found.reduce((sum, x) => sum + (x - mean) * (x - mean), 0) / 90)
      expect(Math.abs(mean - expected), `${mean} ± ${half} against ${expected}`).toBeLessThan(half)
      expect(half / expected).toBeLessThan(0.1)
    }
  })
})

const open = (traffic: TrafficSpec, seed = 'loop', work: WorkSpec = { wait: none, cpu: exponential(WORK) }): RequestSource =>
  openRequests(traffic, work, streams(seed))
const hears = (source: RequestSource, key: number, time: number): boolean => source.completed?.(key, time) ?? false

describe('a closed loop', () => {
  test('no client has two requests under way, and a client thinks from the end of its request on: against a plain list of clients, 500 random services', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }),
        fc.array(fc.integer({ min: 1, max: 40_000 }), { minLength: 40, maxLength: 40 }),
        fc.nat(),
        (clients, services, seed) => {
          const think: DistributionSpec = { kind: 'uniform', low: 100, high: 30_000 }
          const fast = open({ pattern: 'closed-loop', clients, think }, `run ${seed}`)
          // The slow twin: ask a fresh source that has one client offered at a time, by a scan of all.
          const thinking = new Map<number, number>()
          const ends: { readonly at: number; readonly key: number }[] = []
          let offer = fast.next()
          let key = fast.key
          let arrivals = 0
          let clock = 0
          while (arrivals < 40) {
            ends.sort((a, b) => a.at - b.at || a.key - b.key)
            const end = ends[0]
            if (end !== undefined && end.at < offer) {
              ends.shift()
              expect(end.at).toBeGreaterThanOrEqual(clock)
              clock = end.at
              thinking.set(end.key, end.at)
              if (hears(fast, end.key, end.at)) {
                offer = fast.next()
                key = fast.key
              }
              continue
            }
            expect(offer).toBeGreaterThanOrEqual(clock)
            clock = offer
            expect(ends.some((other) => other.key === key)).toBe(false)
            const since = thinking.get(key) ?? 0
            expect(offer - since >= 100 && offer - since <= 30_000).toBe(true)
            thinking.delete(key)
            ends.push({ at: clock + services[arrivals++], key })
            offer = fast.next()
            key = fast.key
          }
        },
      ),
      { seed: 5, numRuns: 500 },
    )
  })

  test('the j-th request of a client costs the same whatever the others do, also when its offer was taken back', () => {
    const seen = (delay: number): Map<string, number> => {
      const source = open({ pattern: 'closed-loop', clients: 4, think: exponential(1000) })
      const works = new Map<string, number>()
      const sent = new Map<number, number>()
      const ends: { at: number; key: number }[] = []
      let time = source.next()
      for (let k = 0; k < 200; k++) {
        while (ends.length > 0 && ends[0].at < time) {
          const end = ends.shift()
          if (end !== undefined && hears(source, end.key, end.at)) time = source.next()
        }
        if (time === Infinity) break
        const j = sent.get(source.key) ?? 0
        sent.set(source.key, j + 1)
        works.set(`${source.key}/${j}`, source.work)
        ends.push({ at: time + delay * (1 + (source.key % 2)), key: source.key })
        ends.sort((a, b) => a.at - b.at || a.key - b.key)
        time = source.next()
      }
      return works
    }
    const [quick, slow] = [seen(10), seen(3000)]
    let common = 0
    for (const [request, work] of quick) {
      if (!slow.has(request)) continue
      common++
      expect(slow.get(request)).toBe(work)
    }
    expect(common).toBeGreaterThan(150)
  })

  test('all clients waiting: nothing is offered until one is heard', () => {
    const source = open({ pattern: 'closed-loop', clients: 2, think: { kind: 'constant', value: 500 } })
    expect([source.next(), source.key, source.next(), source.key, source.next()]).toEqual([500, 0, 500, 1, Infinity])
    expect(hears(source, 1, 2000)).toBe(true)
    expect([source.next(), source.key]).toEqual([2500, 1])
    expect(hears(source, 0, 2100)).toBe(false)
    expect([source.next(), source.key]).toEqual([2600, 0])
  })

  test('no think time is a microsecond, so that a service that refuses at once does not stop the clock', () => {
    const source = open({ pattern: 'closed-loop', clients: 1, think: none })
    expect(source.next()).toBe(1)
    hears(source, 0, 1)
    expect(source.next()).toBe(2)
  })

  test('the stated rate is what clients would send if nobody waited: 10 / (90 + 10 ms) = 100/s', () => {
    expect(open({ pattern: 'closed-loop', clients: 10, think: exponential(THINK) }).rateAt(0)).toBeCloseTo(100, 9)
  })

  test.each([0, 1.5, NaN, 2_000_000])('%s clients are refused', (clients) => {
    expect(() => open({ pattern: 'closed-loop', clients, think: none })).toThrow(
      `clients of closed-loop traffic: ${clients}; accepted: a whole number from 1 to 1000000`,
    )
  })
})

test('the heap of times against a sorted list: 2,000 random histories', () => {
  const step = fc.oneof(fc.record({ push: fc.nat(20) }), fc.constant('pop' as const), fc.record({ delay: fc.nat(20) }))
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const heap = new TimeHeap(1)
      let list: { time: number; id: number }[] = []
      let id = 0
      const sorted = (): void => void (list = list.sort((a, b) => a.time - b.time || a.id - b.id))
      for (const one of steps) {
        if (one === 'pop') {
          if (list.length === 0) continue
          heap.pop()
          list.shift()
        } else if ('push' in one) {
          heap.push(one.push, id)
          list.push({ time: one.push, id: id++ })
        } else {
          if (list.length === 0) continue
          heap.delay(one.delay)
          list[0].time = one.delay
        }
        sorted()
        expect([heap.size, heap.firstTime]).toEqual([list.length, list[0]?.time ?? Infinity])
        if (list.length > 0) expect(heap.first).toBe(list[0].id)
      }
    }),
    { seed: 3, numRuns: 2000 },
  )
})
