import { describe, expect, test } from 'vitest'
import { distribution, type DistributionSpec } from '../../sim/random/index.ts'
import { streams } from '../streams.fixture.ts'
import { lifetimeProblem, LIFETIMES, residual } from './residual.ts'
import { kolmogorov, KOLMOGOROV_99, student } from './theory.fixture.ts'

const lifetimes: DistributionSpec[] = [
  { kind: 'constant', value: 60 },
  { kind: 'exponential', mean: 60 },
  { kind: 'uniform', low: 20, high: 100 },
  { kind: 'lognormal', mean: 60, cv: 0.8 },
  { kind: 'gamma', mean: 60, shape: 0.5 },
  { kind: 'gamma', mean: 60, shape: 4 },
  { kind: 'weibull', shape: 0.7, scale: 60 },
  { kind: 'weibull', shape: 2, scale: 60 },
  // E[D³] must be finite for the t-test of the mean.
  { kind: 'pareto', alpha: 6, low: 60 },
  { kind: 'bounded-pareto', alpha: 1.5, low: 10, high: 10_000 },
  { kind: 'bounded-pareto', alpha: 1, low: 10, high: 1000 },
  { kind: 'bounded-pareto', alpha: 0.7, low: 10, high: 1000 },
  { kind: 'hyperexponential', weights: [9, 1], means: [20, 300] },
  { kind: 'empirical', values: [5, 50, 500] },
  { kind: 'empirical', values: [5, 50, 500], weights: [90, 9, 1] },
  {
    kind: 'mixture',
    parts: [
      { weight: 3, of: { kind: 'constant', value: 5 } },
      { weight: 1, of: { kind: 'gamma', mean: 90, shape: 2 } },
    ],
  },
]

describe.each(lifetimes)('what is left of a life found at random: $kind', (lifetime) => {
  const life = distribution(lifetime)
  const { mean, variance } = life
  const left = residual(lifetime)
  const stream = streams(`residual ${lifetime.kind}`)('left')
  const sample = Array.from({ length: 10_000 }, () => left(stream))

  test('mean E[D²] / 2 E[D] (t at 1 %)', () => {
    expect(Math.abs(student(sample, (variance + mean * mean) / (2 * mean)))).toBeLessThan(2.6)
  })

  test('law E[min(D, x)] / E[D] (KS at 1 %), by the midpoint rule over the quantiles of D', () => {
    const pieces = 4000
    const lives = Array.from({ length: pieces }, (_, i) => life.quantile((i + 0.5) / pieces))
    const below = [0]
    for (const life of lives) below.push(below[below.length - 1] + life)
    const law = (x: number): number => {
      let low = 0
      let high = pieces
      while (low < high) {
        const middle = (low + high) >> 1
        if (lives[middle] < x) low = middle + 1
        else high = middle
      }
      return (below[low] + (pieces - low) * x) / below[pieces]
    }
    expect(kolmogorov(sample.slice(0, 3000), law)).toBeLessThan(KOLMOGOROV_99)
  })
})

test('every kind that is announced is accepted, the others are refused with the list', () => {
  expect([...new Set(lifetimes.map(({ kind }) => kind))]).toEqual([...LIFETIMES])
  expect(() => residual({ kind: 'zipf', n: 5, exponent: 1 })).toThrow(
    /lifetime: zipf; accepted: constant, exponential, uniform, lognormal, gamma, weibull, pareto, bounded-pareto, hyperexponential, empirical, mixture/,
  )
  expect(() => residual({ kind: 'normal', mean: 5, sd: 1 })).toThrow(/lifetime: normal/)
  expect(() => residual({ kind: 'pareto', alpha: 1, low: 1 })).toThrow('lifetime: a Pareto mean of Infinity; accepted: alpha above 1')
})

test('a lifetime without a finite mean, and a mixture with what is no lifetime, are refused with a sentence', () => {
  expect(lifetimeProblem({ kind: 'pareto', alpha: 1, low: 1 })).toBe('lifetime: a mean of Infinity µs; accepted: a finite mean above 0')
  const mixture = (of: DistributionSpec): DistributionSpec => ({ kind: 'mixture', parts: [{ weight: 1, of }] })
  expect(lifetimeProblem(mixture({ kind: 'zipf', n: 3, exponent: 1 }))).toMatch(
    /^lifetime: a mixture with a part of kind zipf; accepted: constant,/,
  )
  expect(lifetimeProblem(mixture({ kind: 'exponential', mean: 3 }))).toBe('')
})
