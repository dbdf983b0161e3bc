import { describe, expect, test } from 'vitest'
import { metricById } from '../../sim/index.ts'
import type { MetricDefinition } from '../../sim/index.ts'
import { decide, FLAT, measure } from './contrast.ts'
import type { Contrast, PerReplication } from './contrast.ts'

const MARGINS = { relative: 0.02, points: 1 }

const metric = (id: string): MetricDefinition => {
  const found = metricById(id)
  if (found === undefined) throw new Error(`unknown metric: ${id}`)
  return found
}

/** As an exploratory contrast. */
const contrast = (id: string, baseline: PerReplication, variant: PerReplication, margins = MARGINS): Contrast =>
  decide(measure(metric(id), baseline, variant, margins), null)

describe('verdicts', () => {
  // Differences 2, 3, 4: mean 3, sd 1, half 4.3027 / sqrt(3) = 2.4841, so [0.516, 5.484]: beyond zero, not within one point.
  test.each([
    ['slo-misses', 'worse'],
    ['allocation-cpu', 'better'],
    ['usage-cpu', 'changed'],
  ])('%s: +3 points, [0.516, 5.484], is %s', (id, verdict) => {
    const found = contrast(id, [10, 10, 10], [12, 13, 14])
    expect(found).toMatchObject({ comparison: 'points', pairs: 3, difference: 3, margin: 1, verdict, reason: '' })
    expect(found.low).toBeCloseTo(0.5159, 4)
    expect(found.high).toBeCloseTo(5.4841, 4)
  })

  test('the whole interval within the margin is equivalent, even when zero is outside of it', () => {
    // differences 0.2, 0.3, 0.4: [0.052, 0.548]
    expect(contrast('slo-misses', [10, 10, 10], [10.2, 10.3, 10.4]).verdict).toBe('equivalent')
    // the same with a margin of half a point is not, and lies beyond zero
    expect(contrast('slo-misses', [10, 10, 10], [10.2, 10.3, 10.4], { relative: 0.02, points: 0.5 }).verdict).toBe('worse')
  })

  test('an interval that holds zero and leaves the margin is inconclusive, never "no difference"', () => {
    // differences -1, 0, 4: mean 1, sd sqrt(7), half 6.57
    expect(contrast('slo-misses', [10, 10, 10], [9, 10, 14])).toMatchObject({ verdict: 'inconclusive', reason: '' })
  })

  test('one pair, or none, is inconclusive and says why', () => {
    expect(contrast('slo-misses', [10], [30])).toMatchObject({
      pairs: 1,
      difference: 20,
      low: NaN,
      verdict: 'inconclusive',
      reason: 'one replication gives no interval',
    })
    expect(contrast('slo-misses', [null], [30])).toMatchObject({
      pairs: 0,
      difference: NaN,
      verdict: 'inconclusive',
      reason: 'no replication has both values',
    })
  })

  test('replications with one value missing are left out, and counted', () => {
    const found = contrast('slo-misses', [10, null, 10, 10], [12, 50, 13, 14])
    expect(found).toMatchObject({ pairs: 3, difference: 3, reason: '3 of 4 replications have both values' })
  })

  test('equal differences are known as well as the step of the values: 2 pods in five replications are 2 [1.49, 2.51]', () => {
    // sd 1 / sqrt 6 = .4082, error .1826, half 2.7764 * .1826 = .5069; t = 10.95
    const found = contrast('pending-censored', [1, 2, 3, 4, 5], [3, 4, 5, 6, 7])
    expect(found).toMatchObject({ difference: 2, verdict: 'worse', reason: FLAT })
    expect(found.low).toBeCloseTo(1.4931, 3)
    expect(found.high).toBeCloseTo(2.5069, 3)
    expect(found.p).toBeCloseTo(0.00039, 5)
    // with two replications nothing is known
    expect(contrast('pending-censored', [1, 2], [3, 4])).toMatchObject({ verdict: 'inconclusive' })
    expect(contrast('slo-misses', [1, 2, 3], [1, 2, 3])).toMatchObject({ difference: 0, low: 0, high: 0, p: 1, verdict: 'equivalent' })
  })

  test('no p-value is zero, however equal the differences', () => {
    expect(contrast('cost', [1, 1, 1, 1], [5, 5, 5, 5]).p).toBeGreaterThan(0)
    expect(contrast('cost', Array<number>(30).fill(1), Array<number>(30).fill(5)).p).toBeGreaterThan(0)
  })

  test('quantiles that fall into one bucket in all replications have the width of the bucket: neither 0 % nor p = 0', () => {
    // 9,012 µs lie in 8,960 to 9,023 (64 µs), 9,076 µs in the next: 0.71 % each, half 0.71 %
    const found = contrast('latency-p50', [9.012, 9.012, 9.012], [9.076, 9.076, 9.076])
    expect(found.difference).toBeCloseTo(0.71, 2)
    expect(found.low).toBeLessThan(0.01)
    expect(found.high).toBeGreaterThan(1.4)
    expect(found.p).toBeGreaterThan(0.05)
    // the same in runs that made the same values: equivalent, within a margin below the resolution too
    expect(contrast('latency-p50', [9, 9.1], [9, 9.1], { relative: 0.001, points: 1 })).toMatchObject({
      verdict: 'equivalent',
      reason: 'equal in every replication',
    })
  })
})

describe('ratios', () => {
  test('are compared by their logarithms and reported in percent: 1.1, 1.2 and 1.32 times have the geometric mean 1.2037', () => {
    const found = contrast('latency-p99', [100, 50, 200], [110, 60, 264])
    // logs .09531 .18232 .27763: mean .18509, sd .09119, half 4.30265 * .09119 / sqrt(3) = .22653 -> exp - 1: 20.33 %, [-4.06, 50.92]
    expect(found.comparison).toBe('ratio')
    expect(found.difference).toBeCloseTo(20.33, 2)
    expect(found.low).toBeCloseTo(-4.06, 1)
    expect(found.high).toBeCloseTo(50.92, 1)
    expect(found.margin).toBe(2)
  })

  test('swapping baseline and variant turns better into worse and leaves equivalent alone, on the edge of the margin too', () => {
    const pairs = (factor: number): [PerReplication, PerReplication] => [
      [100, 200, 300],
      [100, 200, 300].map((value, i) => value * (factor + 0.0001 * i)),
    ]
    // The margin is log 1.02 = .01980 on both sides; log 1.0191 = .01892, log .9811 = -.01908, half widths .00025.
    for (const [factor, there, back] of [
      [0.8, 'better', 'worse'],
      [1.3, 'worse', 'better'],
      [1.019, 'equivalent', 'equivalent'],
      [0.981, 'equivalent', 'equivalent'],
    ] as const) {
      const [baseline, variant] = pairs(factor)
      expect(contrast('cost', baseline, variant).verdict).toBe(there)
      expect(contrast('cost', variant, baseline).verdict).toBe(back)
    }
  })

  test('with a value that is not positive differences are compared, with a margin of 2 % of the baseline mean', () => {
    const found = contrast('cost', [0, 300], [1, 300])
    expect(found).toMatchObject({
      comparison: 'difference',
      difference: 0.5,
      margin: 3,
      reason: 'a value is not positive, so differences are compared instead of ratios',
    })
    expect(contrast('cost', [0, 0], [0, 0])).toMatchObject({ verdict: 'equivalent', margin: 0 })
  })
})

describe('differences in units', () => {
  test('have a margin of 2 % of the mean of the baseline', () => {
    // baseline mean 100 s, margin 2 s; differences 0.9, 1, 1.1: [0.752, 1.248]
    expect(contrast('recovery', [90, 100, 110], [90.9, 101, 111.1])).toMatchObject({
      comparison: 'difference',
      margin: 2,
      verdict: 'equivalent',
    })
    expect(contrast('recovery', [9, 10, 11], [9.9, 11, 12.1])).toMatchObject({ margin: 0.2, verdict: 'worse' })
  })
})

describe('the primary metric', () => {
  test('needs a Holm-adjusted p below 5 % to be better or worse, and says so otherwise', () => {
    const measured = measure(metric('slo-misses'), [10, 10, 10], [12, 13, 14], MARGINS)
    // t = 3 / (1 / sqrt 3) = 5.196, two degrees: p = 0.0351
    expect(measured.p).toBeCloseTo(0.0351, 4)
    expect(decide(measured, 0.0351).verdict).toBe('worse')
    expect(decide(measured, 0.0702)).toMatchObject({
      verdict: 'inconclusive',
      adjusted: 0.0702,
      reason: "not significant after Holm's correction over all contrasts of the primary metric (p = 0.070)",
    })
  })
})
