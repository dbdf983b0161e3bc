import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { distribution, scaled, type DistributionSpec } from './distributions.ts'
import { pow } from './math.ts'
import { Streams } from './stream.ts'

const mixture = (...parts: (readonly [number, DistributionSpec])[]): DistributionSpec => ({
  kind: 'mixture',
  parts: parts.map(([weight, of]) => ({ weight, of })),
})

/** Each kind with the mean and variance of its formula, computed by hand. */
const CASES: readonly (readonly [string, DistributionSpec, number, number])[] = [
  ['constant', { kind: 'constant', value: 5 }, 5, 0],
  ['exponential: m, m²', { kind: 'exponential', mean: 3 }, 3, 9],
  ['uniform: (a + b) / 2, (b - a)² / 12', { kind: 'uniform', low: 2, high: 8 }, 5, 3],
  ['normal: µ, σ²', { kind: 'normal', mean: -4, sd: 2 }, -4, 4],
  ['lognormal: m, (m cv)²', { kind: 'lognormal', mean: 8, cv: 1.5 }, 8, 144],
  ['gamma: m, m² / shape', { kind: 'gamma', mean: 6, shape: 0.75 }, 6, 48],
  ['gamma, shape 0.1: cv² 10', { kind: 'gamma', mean: 6, shape: 0.1 }, 6, 360],
  ['Erlang, 5 phases', { kind: 'gamma', mean: 20, shape: 5 }, 20, 80],
  ['gamma, shape 400: cv 0.05', { kind: 'gamma', mean: 20, shape: 400 }, 20, 1],
  // scale Γ(1 + 1/2) = scale √π / 2; scale² (Γ(2) - π/4) = scale² (1 - π/4): Rayleigh's
  ['weibull, shape 2', { kind: 'weibull', shape: 2, scale: 4 }, 2 * Math.sqrt(Math.PI), 16 - 4 * Math.PI],
  // scale Γ(3) = 2 scale; scale² (Γ(5) - 4) = 20 scale²
  ['weibull, shape 1/2', { kind: 'weibull', shape: 0.5, scale: 3 }, 6, 180],
  // α L / (α - 1) = 5·2/4; mean² / (α (α - 2)) = 6.25 / 15
  ['pareto, α 5 from 2', { kind: 'pareto', alpha: 5, low: 2 }, 2.5, 6.25 / 15],
  // α = 2: mean 2 L H / (L + H) = 2·1·4/5; E[X²] = α L² ln(H/L) / (1 - (L/H)²) = 2 ln 4 · 16/15
  ['bounded Pareto, α 2, 1 to 4', { kind: 'bounded-pareto', alpha: 2, low: 1, high: 4 }, 1.6, (2 * Math.log(4) * 16) / 15 - 2.56],
  // α = 1: mean L ln(H/L) / (1 - L/H) = 10 ln 100 / 0.99; E[X²] = L H = 10,000
  [
    'bounded Pareto, α 1, 10 to 1000',
    { kind: 'bounded-pareto', alpha: 1, low: 10, high: 1000 },
    (10 * Math.log(100)) / 0.99,
    10_000 - pow((10 * Math.log(100)) / 0.99, 2),
  ],
  // c = 1 is Lomax's: scale / (k - 1) = 4 / 4; scale² k / ((k - 1)² (k - 2)) = 16·5 / (16·3)
  ['burr, c 1, k 5', { kind: 'burr', c: 1, k: 5, scale: 4 }, 1, 5 / 3],
  // k = 1 is the log-logistic: scale (π/c) / sin(π/c), c = 4: π/4 · √2; scale² ((2π/c) / sin(2π/c)) = π/2
  [
    'burr, c 4, k 1: log-logistic',
    { kind: 'burr', c: 4, k: 1, scale: 1 },
    (Math.PI / 4) * Math.SQRT2,
    Math.PI / 2 - (Math.PI * Math.PI) / 8,
  ],
  // 0.25·8 + 0.75·4 = 5; E[X²] = 2 (0.25·64 + 0.75·16) = 56
  ['hyperexponential', { kind: 'hyperexponential', weights: [1, 3], means: [8, 4] }, 5, 31],
  // weights 1, 1/2, 1/3 sum to 11/6: mean 3 / (11/6) = 18/11; E[X²] = (1 + 2 + 3) / (11/6) = 36/11
  ['zipf, 3 ranks, exponent 1', { kind: 'zipf', n: 3, exponent: 1 }, 18 / 11, 36 / 11 - pow(18 / 11, 2)],
  ['zipf, 1000 ranks, exponent 0: uniform, (n + 1) / 2, (n² - 1) / 12', { kind: 'zipf', n: 1000, exponent: 0 }, 500.5, 999_999 / 12],
  // m = 3, 3 + 9/2
  ['negative binomial', { kind: 'negative-binomial', mean: 3, size: 2 }, 3, 7.5],
  // size 1 is geometric: (1 - p) / p = 7, (1 - p) / p² = 56 with p = 1/8
  ['negative binomial, size 1: geometric', { kind: 'negative-binomial', mean: 7, size: 1 }, 7, 56],
  // (3·1 + 1·5) / 4 = 2; (3·1 + 25) / 4 - 4 = 3
  ['empirical with weights', { kind: 'empirical', values: [5, 1], weights: [1, 3] }, 2, 3],
  // mean 2, squares (1 + 1 + 16 + 4) / 4 - 4
  ['empirical without', { kind: 'empirical', values: [1, 1, 4, 2] }, 2, 1.5],
  // 0.9·1 + 0.1·31 = 4; 0.9·2 + 0.1 (31² + 1) - 16 = 1.8 + 96.2 - 16
  [
    'mixture of an exponential and a normal',
    mixture([9, { kind: 'exponential', mean: 1 }], [1, { kind: 'normal', mean: 31, sd: 1 }]),
    4,
    82,
  ],
  // 0.5·0 + 0.3·10 + 0.2·20 = 7; 0.3·(100/12 + 100) + 0.2·400 - 49
  [
    'mixture with single values: a cache',
    mixture([5, { kind: 'constant', value: 0 }], [3, { kind: 'uniform', low: 5, high: 15 }], [2, { kind: 'constant', value: 20 }]),
    7,
    (0.3 * 1300) / 12 + 80 - 49,
  ],
  // halves: (2 + 12) / 2 = 7; (1/3 + 4 + 1/3 + 144) / 2 - 49: a gap that the cdf crosses flat
  [
    'mixture of two uniforms far apart',
    mixture([1, { kind: 'uniform', low: 1, high: 3 }], [1, { kind: 'uniform', low: 11, high: 13 }]),
    7,
    148 / 2 + 1 / 3 - 49,
  ],
]

describe.each(CASES)('%s', (name, spec, mean, variance) => {
  const subject = distribution(spec)

  it('has the mean and variance of the formula', () => {
    expect(Math.abs(subject.mean - mean)).toBeLessThanOrEqual(1e-12 * Math.abs(mean))
    expect(Math.abs(subject.variance - variance)).toBeLessThanOrEqual(1e-11 * Math.max(variance, 1))
  })

  it('its quantiles have that mean and variance: averages of Q(u) over 200,000 equal steps of u, within 0.1 % and 1 % (the share of the last step of a tail)', () => {
    const steps = 200_000
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
      // At a jump of the cdf, compare at the last of equal values only (the distance is smaller there, the bound still holds).
      if (i + 1 < n && sorted[i + 1] === sorted[i]) continue
      largest = Math.max(largest, Math.abs((i + 1) / n - subject.cdf(sorted[i])))
    }
    expect(largest * Math.sqrt(n)).toBeLessThan(1.95)
  })

  it('property: the quantile is where the cdf reaches u, it never decreases, and one draw takes one uniform', () => {
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

  it('survival is 1 - cdf, and a larger uniform gives no smaller variate even if the two are neighbours', () => {
    let last = -Infinity
    let falls = 0
    let apart = 0
    for (let i = 0; i <= 3000; i++) {
      // Neighbouring uniforms around every three-thousandth.
      for (let k = -2; k <= 2; k++) {
        const u = i / 3000 + k * 2 ** -52
        if (u < 0 || u >= 1) continue
        const x = subject.quantile(u)
        if (x < last) falls++
        if (Number.isFinite(x)) apart = Math.max(apart, Math.abs(subject.cdf(x) + subject.survival(x) - 1))
        last = x
      }
    }
    expect(falls).toBe(0)
    expect(apart).toBeLessThan(1e-12)
  })

  it('stays finite at both ends of the uniforms', () => {
    for (const u of [0, 1 - 2 ** -53]) expect(Number.isFinite(subject.sample({ next: () => u, int: () => 0 }))).toBe(true)
    expect([subject.cdf(-1e300), subject.cdf(1e300), subject.survival(-1e300), subject.survival(1e300)]).toEqual([0, 1, 1, 0])
  })
})

it('scaled: the quantile is multiplied, kind by kind; ranks and counts have no scale', () => {
  for (const [, spec] of CASES) {
    const tripled = scaled(spec, 3)
    if (spec.kind === 'zipf' || spec.kind === 'negative-binomial') {
      expect(tripled).toBeUndefined()
      continue
    }
    if (tripled === undefined) throw new Error(spec.kind)
    for (const u of [0.01, 0.3, 0.5, 0.9, 0.999]) {
      const x = distribution(spec).quantile(u) * 3
      expect(Math.abs(distribution(tripled).quantile(u) - x)).toBeLessThanOrEqual(1e-11 * Math.abs(x))
    }
  }
  expect(scaled(mixture([1, { kind: 'zipf', n: 2, exponent: 1 }]), 3)).toBeUndefined()
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
    [
      { kind: 'bounded-pareto', alpha: 1, low: 2, high: 2 },
      'high of bounded-pareto distribution: 2; accepted: a finite number above low (2)',
    ],
    [{ kind: 'gamma', mean: 0, shape: 1 }, 'mean of gamma distribution: 0; accepted: a number above 0'],
    [
      { kind: 'gamma', mean: 1, shape: 1e5 },
      'shape of gamma distribution: 100000; accepted: a number from 0.01 to 10000 (cv from 0.01 to 10)',
    ],
    [{ kind: 'weibull', shape: -1, scale: 1 }, 'shape of weibull distribution: -1; accepted: a number above 0'],
    [
      { kind: 'weibull', shape: 0.01, scale: 1 },
      'shape of weibull distribution: 0.01; accepted: a shape whose variance can be computed: about 0.02 to 1,000,000',
    ],
    [{ kind: 'weibull', shape: 1, scale: Infinity }, 'scale of weibull distribution: Infinity; accepted: a number above 0'],
    [{ kind: 'pareto', alpha: 0.05, low: 1 }, 'alpha of pareto distribution: 0.05; accepted: a number from 0.06 on'],
    [{ kind: 'pareto', alpha: 1, low: 0 }, 'low of pareto distribution: 0; accepted: a number above 0'],
    [{ kind: 'burr', c: 0, k: 1, scale: 1 }, 'c of burr distribution: 0; accepted: a number above 0'],
    [{ kind: 'burr', c: 1, k: 0, scale: 1 }, 'k of burr distribution: 0; accepted: a number above 0'],
    [{ kind: 'burr', c: 0.1, k: 0.1, scale: 1 }, 'accepted: at least 0.06'],
    [{ kind: 'burr', c: 1, k: 1, scale: NaN }, 'scale of burr distribution: NaN; accepted: a number above 0'],
    [
      { kind: 'hyperexponential', weights: [1], means: [1, 2] },
      'weights of hyperexponential distribution: 1 of them; accepted: one for each of the 2 means',
    ],
    [
      { kind: 'hyperexponential', weights: [1, -1], means: [1, 2] },
      'weights of hyperexponential distribution: -1; accepted: numbers from 0 on',
    ],
    [{ kind: 'hyperexponential', weights: [1, 1], means: [1, 0] }, 'means of hyperexponential distribution: 0; accepted: numbers above 0'],
    [{ kind: 'negative-binomial', mean: 0, size: 1 }, 'mean of negative-binomial distribution: 0; accepted: a number above 0'],
    [
      { kind: 'negative-binomial', mean: 1, size: 0 },
      'size of negative-binomial distribution: 0; accepted: a number from 0.001 to 1,000,000,000',
    ],
    [{ kind: 'negative-binomial', mean: 1e6, size: 0.01 }, 'accepted: less, or a larger size: counts up to 10000000 are kept'],
    [{ kind: 'mixture', parts: [] }, 'parts of mixture distribution: 0 of them; accepted: 1 to 100'],
    [
      mixture([0, { kind: 'constant', value: 1 }]),
      'weights of mixture distribution: all 0; accepted: at least one above 0, and a finite sum',
    ],
    [mixture([NaN, { kind: 'constant', value: 1 }]), 'weights of mixture distribution: NaN; accepted: numbers from 0 on'],
    [mixture([1, { kind: 'exponential', mean: -1 }]), 'mean of exponential distribution: -1; accepted: a number above 0'],
    [{ kind: 'zipf', n: 2.5, exponent: 1 }, 'n of zipf distribution: 2.5; accepted: a whole number from 1 to 10000000'],
    [{ kind: 'zipf', n: 2, exponent: -1 }, 'exponent of zipf distribution: -1; accepted: a number from 0 on'],
    [{ kind: 'empirical', values: [] }, 'values of empirical distribution: 0 of them; accepted: 1 to 10000000 numbers'],
    [{ kind: 'empirical', values: [1, NaN] }, 'values of empirical distribution: NaN; accepted: finite numbers'],
    [
      { kind: 'empirical', values: [1], weights: [1, 2] },
      'weights of empirical distribution: 2 of them; accepted: one for each of the 1 values',
    ],
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
