import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { exponentialBuckets, linearBuckets } from './buckets.ts'
import { Histogram } from './histogram.ts'

const HOUR = 3_600_000_000
const EPSILON = 1e-4
const tens = linearBuckets(100, 10, EPSILON)

/** A histogram without decay. */
function plain(...samples: readonly (readonly [value: number, weight: number])[]): Histogram {
  const histogram = new Histogram(tens, 0)
  for (const [value, weight] of samples) histogram.add(value, weight, 0)
  return histogram
}

describe('buckets', () => {
  test('linear, 0 to 100 by 10: 11 buckets, 100 starts the last, and so do all values above', () => {
    expect([tens.count, tens.find(-5), tens.find(9.9), tens.find(10), tens.find(100), tens.find(1e9)]).toEqual([11, 0, 0, 1, 10, 10])
    expect(tens.start(3)).toBe(30)
  })

  test('exponential, first 1 and ratio 2: starts 0, 1, 3, 7, 15 = (2^n - 1) / (2 - 1)', () => {
    const doubling = exponentialBuckets(14, 1, 2, EPSILON)
    expect(Array.from({ length: doubling.count }, (_, bucket) => doubling.start(bucket))).toEqual([0, 1, 3, 7, 15])
    expect([0.5, 1, 2.9, 3.1, 100].map((value) => doubling.find(value))).toEqual([0, 1, 1, 2, 4])
  })

  test('a value lies between the start of its bucket and the next, up to rounding', () => {
    const buckets = exponentialBuckets(1000, 0.01, 1.05, EPSILON)
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1000, noNaN: true }), (value) => {
        const bucket = buckets.find(value)
        expect(buckets.start(bucket)).toBeLessThanOrEqual(value * (1 + 1e-9))
        if (bucket + 1 < buckets.count) expect(buckets.start(bucket + 1)).toBeGreaterThan(value * (1 - 1e-9))
      }),
    )
  })
})

describe('percentiles', () => {
  test('the end of the bucket that reaches the share: of 3 at 15 and 1 at 75, 0.75 ends in 10..20, 0.76 in 70..80', () => {
    const histogram = plain([15, 3], [75, 1])
    expect([0, 0.75, 0.76, 1].map((share) => histogram.percentile(share))).toEqual([20, 20, 80, 80])
  })

  test('the last bucket has no end: its start; empty: 0', () => {
    expect(plain([500, 1]).percentile(0.5)).toBe(100)
    expect([plain().percentile(0.5), plain().isEmpty()]).toEqual([0, true])
  })

  test('a sample that is taken away leaves nothing, also of a rounding error below epsilon', () => {
    const histogram = plain([15, 0.1], [75, 0.2])
    histogram.subtract(75, 0.2 - 5e-5, 0)
    expect(histogram.percentile(1)).toBe(20)
    histogram.subtract(15, 0.1, 0)
    expect(histogram.isEmpty()).toBe(true)
  })
})

describe('decay', () => {
  test('half a weight per half-life: 2 at 75 a day ago weigh 1, as 1 at 15 now, so 0.5 ends in 10..20', () => {
    const at = (first: number): number => {
      const histogram = new Histogram(tens, 24 * HOUR)
      histogram.add(75, first, 0)
      histogram.add(15, 1, 24 * HOUR)
      return histogram.percentile(0.5)
    }
    expect([at(2), at(2.1)]).toEqual([20, 80])
  })

  test('after 101 half-lives the weights move to a new reference: the old sample is empty, the new one is all', () => {
    const histogram = new Histogram(tens, HOUR)
    histogram.add(75, 1, 0)
    histogram.add(15, 1, 101 * HOUR)
    expect(histogram.checkpoint()).toEqual({ weights: new Map([[1, 10_000]]), total: 1, reference: 101 * HOUR })
  })

  test('merging equals adding all samples to one', () => {
    const samples = fc.array(fc.tuple(fc.nat(120), fc.integer({ min: 1, max: 9 }), fc.nat(5000)), { maxLength: 30 })
    fc.assert(
      fc.property(samples, samples, (first, second) => {
        const [a, b, both] = [0, 1, 2].map(() => new Histogram(tens, HOUR))
        for (const [value, weight, hours] of first) a.add(value, weight, hours * HOUR)
        for (const [value, weight, hours] of second) b.add(value, weight, hours * HOUR)
        a.merge(b)
        for (const [value, weight, hours] of [...first, ...second].sort((x, y) => x[2] - y[2])) both.add(value, weight, hours * HOUR)
        expect(a.percentile(0.999)).toBe(both.percentile(0.999))
      }),
    )
  })
})

describe('checkpoints', () => {
  test('weights relative to the heaviest, 10000; 1 of 3 is 3333, one below 1/20000 is dropped and stays in the total', () => {
    const { weights, total } = plain([15, 3], [35, 1], [75, 0.00014]).checkpoint()
    expect([...weights]).toEqual([[1, 10_000], [3, 3333]]) // prettier-ignore
    expect(total).toBeCloseTo(4.00014, 12)
  })

  test('restored: the same percentiles', () => {
    const histogram = plain([15, 3], [35, 1], [75, 2])
    const restored = new Histogram(tens, 0)
    restored.restore(histogram.checkpoint())
    const shares = [0, 0.2, 0.4, 0.6, 0.8, 1]
    expect(shares.map((share) => restored.percentile(share))).toEqual(shares.map((share) => histogram.percentile(share)))
    restored.restore({ weights: new Map(), total: 0, reference: 0 })
    expect(restored.percentile(1)).toBe(80)
  })
})
