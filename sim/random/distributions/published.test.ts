/** The new kinds against tables and closed forms that were there before them. */
import { describe, expect, it } from 'vitest'
import { balancedMeans, correlatedPair, distribution, weibullScale, type DistributionSpec } from '../distributions.ts'
import { normalQuantile, pow } from '../math.ts'
import { Streams } from '../stream.ts'

const near = (found: number, expected: number, relative: number): void => {
  expect(Math.abs(found - expected), `${found} against ${expected}`).toBeLessThanOrEqual(relative * Math.abs(expected))
}
/** χ² of ν degrees is gamma of shape ν / 2 and mean ν. */
const chiSquare = (degrees: number) => distribution({ kind: 'gamma', mean: degrees, shape: degrees / 2 })

describe('gamma', () => {
  // Percentage points of the χ² distribution as printed in every table (Abramowitz and Stegun, table 26.8).
  it.each([
    [1, 0.95, 3.84146],
    [1, 0.99, 6.6349],
    [1, 0.5, 0.454937],
    [2, 0.01, 0.0201007],
    [2, 0.95, 5.99147],
    [5, 0.95, 11.0705],
    [10, 0.05, 3.9403],
    [10, 0.95, 18.307],
    [30, 0.995, 53.672],
    [30, 0.005, 13.7867],
    [100, 0.95, 124.342],
    [100, 0.05, 77.9295],
  ])('χ² of %s degrees, %s: %s (A&S table 26.8, to the six figures printed)', (degrees, u, point) => {
    near(chiSquare(degrees).quantile(u), point, 5.1e-6)
  })
  it('one degree is the square of a normal variate: Q(u) = Φ⁻¹((1 + u) / 2)², to 1e-11', () => {
    for (let i = 1; i < 100; i++) near(chiSquare(1).quantile(i / 100), pow(normalQuantile((1 + i / 100) / 2), 2), 1e-11)
  })
  it('shape 1 is exponential, also in the far tails', () => {
    const [gamma, exponential] = [distribution({ kind: 'gamma', mean: 7, shape: 1 }), distribution({ kind: 'exponential', mean: 7 })]
    for (const u of [1e-12, 0.003, 0.2, 0.5, 0.7, 0.999, 1 - 2 ** -40, 1 - 2 ** -53])
      near(gamma.quantile(u), exponential.quantile(u), u < 1e-6 ? 1e-4 : 2e-12)
  })
  it('the inverse inverts, to 1e-11 of the smaller share, from shape 0.01 to 10,000', () => {
    for (const shape of [0.01, 0.3, 1.7, 12, 150, 10_000]) {
      const gamma = distribution({ kind: 'gamma', mean: 3, shape })
      for (const u of [1e-9, 1e-4, 0.02, 0.3, 0.49, 0.5, 0.51, 0.8, 0.99, 1 - 1e-6, 1 - 1e-12]) {
        const x = gamma.quantile(u)
        if (x < 1e-280) {
          // Shape 0.01 at the share 1e-9 would be 1e-900: as small as numbers go.
          expect(gamma.cdf(x)).toBeGreaterThanOrEqual(u)
          continue
        }
        // Relative precision of the place, a step of 40 bits (2^-39), times the slope of the share there.
        const share = (at: number): number => (u < 0.5 ? gamma.cdf(at) : gamma.survival(at))
        const smaller = u < 0.5 ? u : 1 - u
        const slope = Math.abs(share(x * (1 + 1e-6)) - share(x * (1 - 1e-6))) / 2e-6 / smaller
        near(share(x), smaller, 1e-11 + slope / 2 ** 39)
      }
    }
  })
})

describe('pareto', () => {
  it('α 1.5: mean α L / (α - 1) = 3 L, variance Infinity; α 1: both Infinity; α 3: mean² / (α (α - 2)) = 0.75 L²', () => {
    const moments = [1.5, 1, 3]
      .map((alpha) => distribution({ kind: 'pareto', alpha, low: 10 }))
      .map(({ mean, variance }) => [mean, variance])
    expect(moments).toEqual([
      [30, Infinity],
      [Infinity, Infinity],
      [15, 75],
    ])
  })
  it('the largest uniform gives a finite variate at the smallest α', () => {
    expect(distribution({ kind: 'pareto', alpha: 0.06, low: 1 }).quantile(1 - 2 ** -53)).toBeLessThan(Infinity)
  })
})

describe('weibull', () => {
  it('shape 1 is exponential, shape 2 with scale s is Rayleigh: median s √ln 2', () => {
    near(distribution({ kind: 'weibull', shape: 2, scale: 5 }).quantile(0.5), 5 * Math.sqrt(Math.LN2), 1e-14)
    near(distribution({ kind: 'weibull', shape: 1, scale: 5 }).quantile(0.9), 5 * Math.log(10), 1e-14)
  })
  it('weibullScale: the mean is what was asked for; shape 1/2 has mean 2 scale', () => {
    near(weibullScale(0.5, 10), 5, 1e-14)
    near(distribution({ kind: 'weibull', shape: 0.382, scale: weibullScale(0.382, 42) }).mean, 42, 1e-12)
  })
})

describe('burr', () => {
  it('Azure Functions memory (c 11.652, k 0.221, scale 107.083): median scale (2^(1/k) - 1)^(1/c), 90th percentile scale (10^(1/k) - 1)^(1/c)', () => {
    const memory = distribution({ kind: 'burr', c: 11.652, k: 0.221, scale: 107.083 })
    near(memory.quantile(0.5), 107.083 * pow(pow(2, 1 / 0.221) - 1, 1 / 11.652), 1e-12)
    near(memory.quantile(0.9), 107.083 * pow(pow(10, 1 / 0.221) - 1, 1 / 11.652), 1e-12)
  })
  it('c k ≤ 1 has no mean, ≤ 2 no variance', () => {
    const moments = (
      [
        [2, 0.5],
        [3, 0.5],
      ] as const
    )
      .map(([c, k]) => distribution({ kind: 'burr', c, k, scale: 1 }))
      .map(({ mean, variance }) => [Number.isFinite(mean), variance])
    expect(moments).toEqual([
      [false, Infinity],
      [true, Infinity],
    ])
  })
})

describe('hyperexponential', () => {
  it('balanced means: E = mean, E[X²] = 2 Σ p m² = mean² (1 + cv²), each phase carries half of the mean', () => {
    for (const [mean, cv] of [
      [10, 1],
      [10, 2],
      [5, 8],
      [1, 1000],
    ] as const) {
      const { weights, means } = balancedMeans(mean, cv)
      near(weights[0] * means[0], mean / 2, 1e-14)
      near(weights[1] * means[1], mean / 2, 1e-14)
      const fitted = distribution({ kind: 'hyperexponential', weights, means })
      near(fitted.mean, mean, 1e-12)
      near(Math.sqrt(fitted.variance) / mean, cv, 1e-9)
    }
    expect(() => balancedMeans(1, 0.9)).toThrow(
      'cv of hyperexponential distribution: 0.9; accepted: a number from 1 to 1000 (below 1: gamma or erlang)',
    )
  })
  it('phases of weight 1 and 1 with means 1 and 3: median where (e^-x + e^-x/3) / 2 = 1/2; with t = e^-x/3, t³ + t = 1, t = 0.6823278038', () => {
    near(
      distribution({ kind: 'hyperexponential', weights: [1, 1], means: [1, 3] }).quantile(0.5),
      -3 * Math.log(0.682327803828019327),
      2e-12,
    )
  })
})

describe('mixture', () => {
  const cache: DistributionSpec = {
    kind: 'mixture',
    parts: [
      { weight: 0.6, of: { kind: 'constant', value: 1 / 3 } },
      { weight: 0.3, of: { kind: 'uniform', low: 0, high: 1 } },
      { weight: 0.1, of: { kind: 'empirical', values: [0.25, 1 / 3, 2] } },
    ],
  }
  it('single values come out to the last bit, and the uniforms between them go to the rest', () => {
    const law = distribution(cache)
    const thirtieth = 0.1 / 3
    // Up to a quarter: 0.3 x. At a quarter a jump of 1/30. Then 0.3 x again, at a third a jump of 0.6 + 1/30, and so on.
    near(law.quantile(0.03), 0.1, 1e-11)
    expect(law.quantile(0.0751)).toBe(0.25)
    expect(law.quantile(0.075 + thirtieth - 1e-9)).toBe(0.25)
    near(law.quantile(0.075 + thirtieth + 0.003), 0.26, 1e-11)
    expect(law.quantile(0.1 + thirtieth + 1e-9)).toBe(1 / 3)
    expect(law.quantile(0.7 + 2 * thirtieth - 1e-9)).toBe(1 / 3)
    near(law.quantile(0.7 + 2 * thirtieth + 0.15), 1 / 3 + 0.5, 1e-11)
    expect(law.quantile(0.97)).toBe(2)
    expect(law.quantile(1 - 2 ** -53)).toBe(2)
  })
  it('of single values alone it is a weighted list', () => {
    const law = distribution({
      kind: 'mixture',
      parts: [
        { weight: 1, of: { kind: 'zipf', n: 2, exponent: 0 } },
        { weight: 3, of: { kind: 'constant', value: 2 } },
      ],
    })
    expect([0, 0.1249, 0.1251, 0.99].map((u) => law.quantile(u))).toEqual([1, 1, 2, 2])
  })
  it('parts that reach below zero and far apart', () => {
    const law = distribution({
      kind: 'mixture',
      parts: [
        { weight: 1, of: { kind: 'normal', mean: -1000, sd: 1 } },
        { weight: 1, of: { kind: 'exponential', mean: 1e6 } },
      ],
    })
    near(law.quantile(0.25), -1000, 1e-11)
    near(law.quantile(0.75), 1e6 * Math.LN2, 1e-11)
  })
  it('a part of weight 0 leaves no trace, also one without a mean', () => {
    expect(
      distribution({
        kind: 'mixture',
        parts: [
          { weight: 0, of: { kind: 'pareto', alpha: 0.5, low: 1 } },
          { weight: 2, of: { kind: 'exponential', mean: 4 } },
        ],
      }).mean,
    ).toBe(4)
  })
})

describe('negative binomial', () => {
  it('size 2, mean 2: p = 1/2, P(n) = (n + 1) / 2^(n + 2): 1/4, 1/4, 3/16, 1/8', () => {
    const law = distribution({ kind: 'negative-binomial', mean: 2, size: 2 })
    ;[1 / 4, 1 / 2, 11 / 16, 13 / 16].forEach((upTo, n) => near(law.cdf(n), upTo, 1e-14))
  })
  it('a large size is Poisson: P(0) = e^-mean; a large mean does not underflow', () => {
    near(distribution({ kind: 'negative-binomial', mean: 3, size: 1e8 }).cdf(0), Math.exp(-3), 1e-7)
    near(distribution({ kind: 'negative-binomial', mean: 5000, size: 1e6 }).mean, 5000, 1e-9)
  })
})

describe('correlated pair', () => {
  it.each([-1, -0.7, 0, 0.4, 0.9, 1])("Spearman's correlation of drawn pairs is %s, within 3.3 of its standard errors 1/√n", (rank) => {
    const pair = correlatedPair(rank)
    const stream = new Streams('pairs', 0).stream('a')
    const n = 40_000
    let sum = 0
    const sorted = [new Float64Array(n), new Float64Array(n)]
    for (let i = 0; i < n; i++) {
      pair.draw(stream)
      // Of uniforms the ranks are the values: 12 E[(U - 1/2)(V - 1/2)].
      sum += 12 * (pair.first - 0.5) * (pair.second - 0.5)
      sorted[0][i] = pair.first
      sorted[1][i] = pair.second
    }
    expect(Math.abs(sum / n - rank)).toBeLessThan((3.3 / Math.sqrt(n)) * 1.2)
    for (const column of sorted) {
      column.sort()
      const distance = column.reduce((most, u, i) => Math.max(most, Math.abs(u - (i + 0.5) / n)), 0)
      expect(distance * Math.sqrt(n)).toBeLessThan(1.95)
    }
  })
  it('correlation 0 hands the second uniform through, 1 repeats the first, -1 mirrors it', () => {
    expect(correlatedPair(0).partner(0.3, 0.77)).toBe(0.77)
    near(correlatedPair(1).partner(0.3, 0.77), 0.3, 1e-14)
    near(correlatedPair(-1).partner(0.3, 0.77), 0.7, 1e-14)
    for (const [u, v] of [
      [0, 0],
      [1 - 2 ** -53, 1 - 2 ** -53],
      [0, 1 - 2 ** -53],
    ]) {
      const partner = correlatedPair(0.5).partner(u, v)
      expect(partner >= 0 && partner < 1).toBe(true)
    }
    expect(() => correlatedPair(1.5)).toThrow('rank correlation: 1.5; accepted: -1 to 1')
  })
})
