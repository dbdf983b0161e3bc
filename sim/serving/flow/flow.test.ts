/** The load of a service as a flow, against queueing theory and against the same service request by request. */
import { describe, expect, test } from 'vitest'
import { simulate } from '../../simulation.ts'
import { balancers } from '../../slb/index.ts'
import { replicaAutoscalers } from '../../autoscaling/replicas/index.ts'
import type { DistributionSpec } from '../../random/distributions.ts'
import { choose, cost, input, pool, requests, service, stepped } from '../../testing/input.ts'
import { spreadingOf } from './balancing.ts'
import { sampleOf } from './sample.ts'
import { Station, shorterOfTwo, shortestOfAll } from './station.ts'
import { erlangC, WaitingProbability } from './waiting.ts'

const SECOND = 1e6
const exponential: DistributionSpec = { kind: 'exponential', mean: 10_000 }
const mm = (queues: number, servers: number) => ({ queues, servers, service: 10_000, variability: 1, choice: 'own', pods: queues }) as const

describe('formulas', () => {
  test('Erlang C: rho for one server, 1/3 for two at half load, 0.4092 for ten at 80 %', () => {
    expect(erlangC(1, 0.8)).toBeCloseTo(0.8, 12)
    expect(erlangC(2, 0.5)).toBeCloseTo(1 / 3, 12)
    expect(erlangC(10, 0.8)).toBeCloseTo(0.4092, 4)
    expect(new WaitingProbability(10).at(0.8)).toBeCloseTo(0.4092, 4)
    expect(new WaitingProbability(1.5).at(0.5)).toBeCloseTo((0.5 + 1 / 3) / 2, 12)
  })

  test('M/M/1 holds rho / (1 - rho) requests: a long step from empty ends there, for one queue and for ten', () => {
    for (const queues of [1, 10]) expect(new Station(mm(queues, 1), 0).step((queues * 0.8) / 10_000, 1e9)).toBeCloseTo(4 * queues, 1)
  })

  test('what arrives in a step is served in it or left: overload of 1.5 leaves half of the capacity, 50 requests in a second', () => {
    const station = new Station(mm(1, 1), 0)
    const left = station.step(1.5 / 10_000, SECOND)
    expect(Math.abs(left - 50)).toBeLessThan(3)
    station.inside = left
    expect(station.step(0, SECOND / 2)).toBeLessThan(10)
  })

  test('two choices at 0.9: 2.353 in a queue of many, 2.80 of ten and 2.39 of a hundred (Gast and Van Houdt 2017)', () => {
    const length = (pods: number): number => 0.9 + (shorterOfTwo(0.9, pods) * 0.81) / 0.1
    expect(length(Infinity)).toBeCloseTo(2.3527, 3)
    expect(Math.abs(length(10) / 2.804 - 1)).toBeLessThan(0.02)
    expect(Math.abs(length(100) / 2.393 - 1)).toBeLessThan(0.02)
    expect(shortestOfAll(0.8, 1)).toBe(1)
  })

  test('a sample has the mean and the variation of its cost: 10 ms and 1 of an exponential', () => {
    const { meanWork, meanWait, variationOfWork, shares } = sampleOf(cost(exponential, { kind: 'constant', value: 2000 }))
    expect(meanWork / 10_000).toBeCloseTo(1, 2)
    expect(meanWait).toBe(2000)
    expect(variationOfWork).toBeCloseTo(1, 1)
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12)
  })

  test('every balancer has a rule: turns, two choices, shared queue, else at random', () => {
    const of = (spreading: string): string[] => balancers.all.map(({ name }) => name).filter((name) => spreadingOf(name) === spreading)
    expect(of('turns')).toContain('round-robin')
    expect(of('two-choices')).toEqual(expect.arrayContaining(['two-choices', 'peak-ewma', 'envoy-least-request']))
    expect(of('shared')).toEqual(expect.arrayContaining(['least-connections', 'join-shortest-queue']))
    expect(of('split')).toEqual(expect.arrayContaining(['random', 'maglev']))
  })
})

/** The same service as a flow and request by request. */
function both(
  given: Partial<Parameters<typeof service>[0]>,
  {
    rate = 160,
    slb = 'random',
    seconds = 120,
    ...rest
  }: { rate?: number; slb?: string; seconds?: number } & Omit<NonNullable<Parameters<typeof input>[0]>, 'slb'> = {},
  flow = { step: 15 * SECOND, cost: cost(exponential), dispersion: 1 },
) {
  const run = (isFlow: boolean) =>
    simulate(
      input({
        pools: [pool(4)],
        horizon: seconds * SECOND,
        warmup: 15 * SECOND,
        check: false,
        slb: choose(balancers, slb),
        services: [
          service({
            name: 'web',
            replicas: 2,
            threads: 1,
            objective: 50_000,
            requests: requests(rate, exponential),
            ...given,
            shape: { ...service({ name: 'web' }).shape, cpu: 1000, limit: 1000 },
            ...(isFlow ? { flow } : {}),
          }),
        ],
        ...rest,
      }),
    ).metrics
  return { flow: run(true), single: run(false) }
}

describe('as request by request', () => {
  test('M/M/1 at 80 %: the mean is 1 / (mu - lambda) = 50 ms, the misses exp(-1), within 2 %; usage within 1 %', () => {
    const { flow, single } = both({}, { seconds: 300 })
    expect(flow['latency-mean']! / 50).toBeCloseTo(1, 1)
    expect(Math.abs(flow['slo-misses']! / 36.8 - 1)).toBeLessThan(0.02)
    expect(Math.abs(flow['usage-cpu']! / single['usage-cpu']! - 1)).toBeLessThan(0.02)
    expect(Math.abs(flow['goodput']! / single['goodput']! - 1)).toBeLessThan(0.05)
    expect(Math.abs(flow['latency-p99']! / 230 - 1)).toBeLessThan(0.05)
  })

  test.each([
    ['round-robin', 0.1],
    ['two-choices', 0.1],
    ['least-connections', 0.1],
  ])('%s: misses of ten pods at 80 %% within 3 points, p99 within a share of %f', (slb, bound) => {
    const { flow, single } = both({ replicas: 10 }, { rate: 800, slb, seconds: 90 })
    expect(Math.abs(flow['slo-misses']! - single['slo-misses']!)).toBeLessThan(3)
    expect(Math.abs(flow['latency-p99']! / single['latency-p99']! - 1)).toBeLessThan(bound)
  })

  test('overload with a timeout: half of twice the capacity is answered, the rest times out', () => {
    const { flow, single } = both({ timeout: 500_000 }, { rate: 400, seconds: 60 })
    expect(Math.abs(flow['errors-timed-out']! - single['errors-timed-out']!)).toBeLessThan(3)
    expect(flow['usage-cpu']! / single['usage-cpu']!).toBeCloseTo(1, 2)
  })

  test('no pods: every request fails without a backend', () => {
    const { flow } = both({ replicas: 0, minReplicas: 0 })
    expect(flow['errors-no-backend']).toBeCloseTo(100, 6)
  })
})

test('an HPA over a step of the load decides as with single requests: usage within 8 %, misses within 5 points', () => {
  const { flow, single } = both(
    { minReplicas: 2, maxReplicas: 20, requests: stepped(100, 400, 60, exponential), start: 5 * SECOND, timeout: SECOND },
    {
      seconds: 240,
      replicas: choose(replicaAutoscalers, 'target-utilization'),
    },
  )
  expect(Math.abs(flow['slo-misses']! - single['slo-misses']!)).toBeLessThan(5)
  expect(Math.abs(flow['usage-cpu']! / single['usage-cpu']! - 1)).toBeLessThan(0.08)
})
