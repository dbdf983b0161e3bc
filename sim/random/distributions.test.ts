import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { distribution, type DistributionSpec } from './distributions.ts'
import { pow } from './math.ts'
import { Streams } from './stream.ts'

/** Each kind with the mean and variance that its formula gives, worked by hand. */
const CASES: readonly (readonly [string, DistributionSpec, number, number])[] = [
  ['constant', { kind: 'constant', value: 5 }, 5, 0],
  ['exponential: m, m²', { kind: 'exponential', mean: 3 }, 3, 9],
  ['uniform: (a + b) / 2, (b - a)² / 12', { kind: 'uniform', low: 2, high: 8 }, 5, 3],
  ['normal: µ, σ²', { kind: 'normal', mean: -4, sd: 2 }, -4, 4],
  ['lognormal: m, (m cv)²', { kind: 'lognormal', mean: 8, cv: 1.5 }, 8, 144],
  // α = 2: mean 2 L H / (L + H) = 2·1·4/5; E[X²] = α L² ln(H/L) / (1 - (L/H)²) = 2 ln 4 · 16/15
  ['bounded Pareto, α 2, 1 to 4', { kind: 'bounded-pareto', alpha: 2, low: 1, high: 4 }, 1.6, (2 * Math.log(4) * 16) / 15 - 2.56],
  // α = 1: mean L ln(H/L) / (1 - L/H) = 10 ln 100 / 0.99; E[X²] = L H = 10,000
  ['bounded Pareto, α 1, 10 to 1000', { kind: 'bounded-pareto', alpha: 1, low: 10, high: 1000 }, (10 * Math.log(100)) / 0.99, 10_000 - pow((10 * Math.log(100)) / 0.99, 2)],
  // weights 1, 1/2, 1/3 sum to 11/6: mean 3 / (11/6) = 18/11; E[X²] = (1 + 2 + 3) / (11/6) = 36/11
  ['zipf, 3 ranks, exponent 1', { kind: 'zipf', n: 3, exponent: 1 }, 18 / 11, 36 / 11 - pow(18 / 11, 2)],
  ['zipf, 1000 ranks, exponent 0: uniform, (n + 1) / 2, (n² - 1) / 12', { kind: 'zipf', n: 1000, exponent: 0 }, 500.5, 999_999 / 12],
  // (3·1 + 1·5) / 4 = 2; (3·1 + 25) / 4 - 4 = 3
  ['empirical with weights', { kind: 'empirical', values: [5, 1], weights: [1, 3] }, 2, 3],
  // mean 2, squares (1 + 1 + 16 + 4) / 4 - 4
  ['empirical without', { kind: 'empirical', values: [1, 1, 4, 2] }, 2, 1.5],
]

describe.each(CASES)('%s', (name, spec, mean, variance) => {
  const subject = distribution(spec)

  it('knows its mean and variance', () => {
    expect(Math.abs(subject.mean - mean)).toBeLessThanOrEqual(1e-12 * Math.abs(mean))
    expect(Math.abs(subject.variance - variance)).toBeLessThanOrEqual(1e-11 * Math.max(variance, 1))
  })

  it('its quantiles have that mean and variance: averages of Q(u) over a million equal steps of u, within 0.1 % and 1 % (what the last step of a tail holds)', () => {
    const steps = 1_000_000
    let sum = 0
    let squares = 0
    for (let i = 0; i < steps; i++) {
      const x = subject.quantile((i + 0.5) / steps) - mean
      sum += x
      squares += x * x
    }
    expect(Math.abs(sum / steps)).toBeLessThanOrEqual(0.001 * Math.abs(mean))
    expect(Math.abs(squares / steps - variance)).toBeLessThanOrEqual(0.01 * variance)
  })

  it('samples with its mean: within 3.3 standard errors (once in a thousand)', () => {
    const stream = new Streams('moments', 0).stream(name)
    const n = 50_000
    let sum = 0
    for (let i = 0; i < n; i++) sum += subject.sample(stream)
    expect(Math.abs(sum / n - mean)).toBeLessThanOrEqual(3.3 * Math.sqrt(variance / n) + 1e-12)
  })

  it('samples along its cdf: Kolmogorov–Smirnov distance below 1.95 / √n (0.1 %)', () => {
    const stream = new Streams('distance', 1).stream(name)
    const n = 50_000
    const sorted = Float64Array.from({ length: n }, () => subject.sample(stream)).sort()
    let largest = 0
    for (let i = 0; i < n; i++) {
      // At a jump of the cdf, compare at the last of equal values only (the law's distance is smaller there, the bound still holds).
      if (i + 1 < n && sorted[i + 1] === sorted[i]) continue
      largest = Math.max(largest, Math.abs((i + 1) / n - subject.cdf(sorted[i])))
    }
    expect(largest * Math.sqrt(n)).toBeLessThan(1.95)
  })

  it('property: the quantile is where the cdf reaches u, it never falls, and one draw takes one uniform', () => {
    const u = fc.double({ min: 1e-6, max: 0.999_999, noNaN: true })
    fc.assert(
      fc.property(u, u, (p, q) => {
        const [x, y] = [subject.quantile(Math.min(p, q)), subject.quantile(Math.max(p, q))]
        expect(x).toBeLessThanOrEqual(y)
        expect(subject.cdf(x)).toBeGreaterThanOrEqual(Math.min(p, q) - 1e-9)
        let taken = 0
        expect(subject.sample({ next: () => (taken++, p), int: () => NaN })).toBe(subject.quantile(p))
        expect(taken).toBe(1)
      }),
      { seed: 9, numRuns: 200 },
    )
  })

  it('stays finite at both ends of the uniforms', () => {
    for (const u of [0, 1 - 2 ** -53]) expect(Number.isFinite(subject.sample({ next: () => u, int: () => 0 }))).toBe(true)
    expect([subject.cdf(-1e9), subject.cdf(1e9)]).toEqual([0, 1])
  })
})

describe('zipf', () => {
  it('exponent 1 over 3 ranks: 6/11, 3/11, 2/11', () => {
    const zipf = distribution({ kind: 'zipf', n: 3, exponent: 1 })
    expect([0, 1, 1.5, 2, 3].map((x) => Math.round(zipf.cdf(x) * 11))).toEqual([0, 6, 6, 9, 11])
    expect([0, 0.54, 0.55, 0.81, 0.82, 0.999].map((u) => zipf.quantile(u))).toEqual([1, 1, 2, 2, 3, 3])
  })
})

describe('empirical', () => {
  it('never draws a value of weight 0', () => {
    const subject = distribution({ kind: 'empirical', values: [9, 1, 5, 0], weights: [0, 1, 1, 0] })
    expect([0, 0.49, 0.5, 0.999].map((u) => subject.quantile(u))).toEqual([1, 1, 5, 5])
  })
})

describe('bad parameters are named', () => {
  it.each<[DistributionSpec, string]>([
    [{ kind: 'constant', value: NaN }, 'value of constant distribution: NaN; accepted: a finite number'],
    [{ kind: 'exponential', mean: 0 }, 'mean of exponential distribution: 0; accepted: a number above 0'],
    [{ kind: 'uniform', low: 5, high: 4 }, 'high of uniform distribution: 4; accepted: a finite number, at least low (5)'],
    [{ kind: 'uniform', low: -Infinity, high: 4 }, 'low of uniform distribution: -Infinity; accepted: a finite number'],
    [{ kind: 'normal', mean: 1, sd: -1 }, 'sd of normal distribution: -1; accepted: a number above 0'],
    [{ kind: 'lognormal', mean: -8, cv: 1 }, 'mean of lognormal distribution: -8; accepted: a number above 0'],
    [{ kind: 'lognormal', mean: 8, cv: 0 }, 'cv of lognormal distribution: 0; accepted: a number above 0 (for 0 use constant)'],
    [{ kind: 'bounded-pareto', alpha: 0, low: 1, high: 2 }, 'alpha of bounded-pareto distribution: 0; accepted: a number above 0'],
    [{ kind: 'bounded-pareto', alpha: 1, low: 0, high: 2 }, 'low of bounded-pareto distribution: 0; accepted: a number above 0'],
    [{ kind: 'bounded-pareto', alpha: 1, low: 2, high: 2 }, 'high of bounded-pareto distribution: 2; accepted: a finite number above low (2)'],
    [{ kind: 'zipf', n: 2.5, exponent: 1 }, 'n of zipf distribution: 2.5; accepted: a whole number from 1 to 10000000'],
    [{ kind: 'zipf', n: 2, exponent: -1 }, 'exponent of zipf distribution: -1; accepted: a number from 0 on'],
    [{ kind: 'empirical', values: [] }, 'values of empirical distribution: 0 of them; accepted: 1 to 10000000 numbers'],
    [{ kind: 'empirical', values: [1, NaN] }, 'values of empirical distribution: NaN; accepted: finite numbers'],
    [{ kind: 'empirical', values: [1], weights: [1, 2] }, 'weights of empirical distribution: 2 of them; accepted: one for each of the 1 values'],
    [{ kind: 'empirical', values: [1], weights: [-1] }, 'weights of empirical distribution: -1; accepted: numbers from 0 on'],
    [{ kind: 'empirical', values: [1, 2], weights: [0, 0] }, 'weights of empirical distribution: all 0; accepted: at least one above 0'],
  ])('%j', (spec, message) => expect(() => distribution(spec)).toThrow(message))
})

it('the README has a row for each kind, and no other', () => {
  const readme = readFileSync(new URL('./README.md', import.meta.url), 'utf8')
  const named = [...readme.matchAll(/^\| `([a-z-]+)` \| ([a-z, ]+) \|/gm)].map(([, kind, parameters]) => [kind, parameters.split(', ')])
  const tested = new Map<string, Set<string>>()
  for (const [, { kind, ...parameters }] of CASES) tested.set(kind, new Set([...(tested.get(kind) ?? []), ...Object.keys(parameters)]))
  expect(named).toEqual([...tested].map(([kind, parameters]) => [kind, [...parameters]]))
})
