/** The whole serving path against queueing theory. Each mean over replications must lie within its own 99.9 % interval, and that interval must be narrow. */
import { describe, expect, it } from 'vitest'
import { choose, input, pool, requests, service } from './testing/input.ts'
import type { FlatInput } from './testing/input.ts'
import type { DistributionSpec } from './random/distributions.ts'
import { simulate } from './simulation.ts'
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

function agrees(of: Partial<FlatInput>, theory: number, narrow: number): void {
  const { mean, half } = meanResponse(of)
  expect(half / theory, `interval ${mean} ± ${half} must be narrow`).toBeLessThan(narrow)
  expect(Math.abs(mean - theory), `${mean} ± ${half} against ${theory}`).toBeLessThan(half)
}

const MEAN = 10_000 // µs of work
const one = (rate: number, work: DistributionSpec, threads: number): Partial<FlatInput> => ({
  horizon: 1000e6,
  warmup: 50e6,
  pools: [pool(1, { cpu: 64_000 })],
  services: [
    service({ threads, requests: requests(rate, work), shape: { ...service().shape, limit: threads === 0 ? 1000 : threads * 1000 } }),
  ],
})
const exponential: DistributionSpec = { kind: 'exponential', mean: MEAN }
const lognormal: DistributionSpec = { kind: 'lognormal', mean: MEAN, cv: 1.5 }
const constant: DistributionSpec = { kind: 'constant', value: MEAN }

/** Erlang C: probability to wait with c servers and a = λ/μ, by Erlang B's recursion. */
function erlangC(c: number, a: number): number {
  let b = 1
  for (let k = 1; k <= c; k++) b = (a * b) / (k + a * b)
  return b / (1 - (a / c) * (1 - b))
}

describe('queueing theory', () => {
  it('M/M/1: W = 1 / (μ − λ): λ = 80/s, μ = 100/s gives 50 ms', () => {
    agrees(one(80, exponential, 1), 50, 0.12)
  })
  it('M/M/4: W = C/(cμ − λ) + 1/μ with Erlang C, at λ = 320/s', () => {
    agrees(one(320, exponential, 4), (1000 * erlangC(4, 3.2)) / (400 - 320) + 10, 0.06)
  })
  it('M/D/1: W = ρ/(2μ(1 − ρ)) + 1/μ = 30 ms at ρ = 0.8', () => {
    agrees(one(80, constant, 1), (0.8 * 10) / (2 * 0.2) + 10, 0.08)
  })
  it('M/G/1, Pollaczek–Khinchine: W = λE[S²]/(2(1 − ρ)) + E[S], lognormal cv 1.5, ρ = 0.7', () => {
    const secondMoment = 10 * 10 * (1 + 1.5 * 1.5) // ms²
    agrees(one(70, lognormal, 1), (0.07 * secondMoment) / (2 * 0.3) + 10, 0.1)
  })
  it('M/G/1 processor sharing is insensitive: W = E[S]/(1 − ρ) = 33.3 ms for exponential, lognormal and constant work alike', () => {
    for (const work of [exponential, lognormal, constant]) agrees(one(70, work, 0), 10 / 0.3, 0.08)
  })
  it('two choices at n = 200, λ = 0.9: near the fixed point Σ λ^(2^i − 2) = 2.614 of n → ∞, from above; random is 1/(1 − λ) = 10', () => {
    const many = (name: string): Partial<FlatInput> => ({
      horizon: 60e6,
      warmup: 15e6,
      pools: [pool(20)],
      services: [service({ replicas: 200, requests: requests(18_000, exponential), shape: { ...service().shape, limit: 1000 } })],
      slb: choose(balancers, name),
    })
    let fixedPoint = 0
    let exponent = 2
    for (let i = 1; i < 12; i++) {
      let term = 1
      for (let k = 0; k < exponent - 2; k++) term *= 0.9
      fixedPoint += term
      exponent *= 2
    }
    expect(fixedPoint).toBeCloseTo(2.614057, 5)
    const { metrics } = simulate(input({ check: false, ...many('two-choices') }))
    const response = (metrics['latency-mean'] as number) / 10
    // Finite n exceeds the limit by O(1/n); at n = 200 by about 1 %.
    expect(response).toBeGreaterThan(fixedPoint * 0.99)
    expect(response).toBeLessThan(fixedPoint * 1.04)
    const random = (simulate(input({ check: false, ...many('random') })).metrics['latency-mean'] as number) / 10
    expect(Math.abs(random - 10)).toBeLessThan(0.8)
  })
})
