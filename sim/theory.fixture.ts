/** The whole serving path against queueing theory. Each mean over replications must lie within its own 99.9 % interval, and that interval must be narrow. */
import { expect, it } from 'vitest'
import { choose, input, pool, requests, service } from './testing/input.ts'
import { erlangC } from './testing/queueing.ts'
import type { FlatInput } from './testing/input.ts'
import type { DistributionSpec } from './random/distributions.ts'
import { simulate } from './simulation.ts'
import { fixedPoint } from './slb/farm.fixture.ts'
import { balancers } from './slb/index.ts'

const REPLICATIONS = 10
/** Student's t for 9 degrees of freedom at 99.9 % (two-sided), from published tables. */
const T = 4.781

/** Mean response time [ms] over replications, and its half width. */
function meanResponse(of: Partial<FlatInput>): { mean: number; half: number } {
  const means: number[] = []
  for (let replication = 0; replication < REPLICATIONS; replication++) {
    means.push(simulate(input({ check: false, sample: 3600e6, ...of, replication })).metrics['latency-mean'] as number)
  }
  const mean = means.reduce((sum, x) => sum + x, 0) / REPLICATIONS
  const variance = means.reduce((sum, x) => sum + (x - mean) * (x - mean), 0) / (REPLICATIONS - 1)
  return { mean, half: T * Math.sqrt(variance / REPLICATIONS) }
}

/** How precise the tests are. */
export interface Precision {
  /** Requests per replication, about. */
  readonly requests: number
  /** Largest half width of an interval, as a share of the mean. */
  readonly narrow: number
  /** Seconds of the runs with 200 servers, the first 15 without measurement. */
  readonly many: number
}

function agrees(of: Partial<FlatInput>, theory: number, narrow: number): void {
  const { mean, half } = meanResponse(of)
  expect(half / theory, `interval ${mean} ± ${half} must be narrow`).toBeLessThan(narrow)
  expect(Math.abs(mean - theory), `${mean} ± ${half} against ${theory}`).toBeLessThan(half)
}

const MEAN = 10_000 // µs of work
const one = (rate: number, work: DistributionSpec, threads: number, count: number): Partial<FlatInput> => ({
  horizon: (count / rate) * 1e6,
  warmup: (0.05 * count * 1e6) / rate,
  pools: [pool(1, { cpu: 64_000 })],
  services: [
    service({ threads, requests: requests(rate, work), shape: { ...service().shape, limit: threads === 0 ? 1000 : threads * 1000 } }),
  ],
})
const exponential: DistributionSpec = { kind: 'exponential', mean: MEAN }
const lognormal: DistributionSpec = { kind: 'lognormal', mean: MEAN, cv: 1.5 }
const constant: DistributionSpec = { kind: 'constant', value: MEAN }

/** Declares the tests. */
export function testQueueingTheory({ requests: count, narrow, many: seconds }: Precision): void {
  it('M/M/1: W = 1 / (μ − λ): λ = 80/s, μ = 100/s gives 50 ms', () => {
    agrees(one(80, exponential, 1, count), 50, narrow)
  })
  it('M/M/4: W = C/(cμ − λ) + 1/μ with Erlang C, at λ = 320/s', () => {
    agrees(one(320, exponential, 4, count), (1000 * erlangC(4, 3.2)) / (400 - 320) + 10, narrow)
  })
  it('M/D/1: W = ρ/(2μ(1 − ρ)) + 1/μ = 30 ms at ρ = 0.8', () => {
    agrees(one(80, constant, 1, count), (0.8 * 10) / (2 * 0.2) + 10, narrow)
  })
  it('M/G/1, Pollaczek–Khinchine: W = λE[S²]/(2(1 − ρ)) + E[S], lognormal cv 1.5, ρ = 0.7', () => {
    const secondMoment = 10 * 10 * (1 + 1.5 * 1.5) // ms²
    agrees(one(70, lognormal, 1, count), (0.07 * secondMoment) / (2 * 0.3) + 10, narrow)
  })
  it('M/G/1 processor sharing is insensitive: W = E[S]/(1 − ρ) = 33.3 ms for exponential, lognormal and constant work alike', () => {
    for (const work of [exponential, lognormal, constant]) agrees(one(70, work, 0, count), 10 / 0.3, narrow)
  })
  it('two choices at n = 200, λ = 0.9: near the fixed point Σ λ^(2^i − 2) = 2.614 of n → ∞, from above; random is 1/(1 − λ) = 10', () => {
    const many = (name: string): Partial<FlatInput> => ({
      horizon: seconds * 1e6,
      warmup: 15e6,
      pools: [pool(20)],
      services: [service({ replicas: 200, requests: requests(18_000, exponential), shape: { ...service().shape, limit: 1000 } })],
      slb: choose(balancers, name),
    })
    const limit = fixedPoint(2, 0.9)
    expect(limit).toBeCloseTo(2.614057, 5)
    const { metrics } = simulate(input({ check: false, ...many('two-choices') }))
    const response = (metrics['latency-mean'] as number) / 10
    // Finite n exceeds the limit by O(1/n); at n = 200 by about 1 %.
    expect(response).toBeGreaterThan(limit * 0.99)
    expect(response).toBeLessThan(limit * 1.04)
    const random = (simulate(input({ check: false, ...many('random') })).metrics['latency-mean'] as number) / 10
    expect(Math.abs(random - 10)).toBeLessThan(0.8)
  })
}
