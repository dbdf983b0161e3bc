import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Streams } from '../random/index.ts'
import { bucketOf, bucketStart, bucketWidth, Histogram } from './histogram.ts'

const whole = fc.oneof(fc.integer({ min: 0, max: 2_000_000 }), fc.maxSafeNat())

function of(values: readonly number[]): Histogram {
  const histogram = new Histogram()
  for (const value of values) histogram.record(value)
  return histogram
}

describe('log-linear histogram', () => {
  it('buckets: numbers below 256 have their own, then 128 an octave without a gap', () => {
    for (let value = 0; value < 256; value++) expect(bucketOf(value)).toBe(value)
    // 256 and 257 share bucket 256, 258 and 259 the next; 512 to 515 bucket 384
    expect([256, 257, 258, 511, 512, 515, 516].map(bucketOf)).toEqual([256, 256, 257, 383, 384, 384, 385])
    for (let octave = 9; octave < 53; octave++) {
      const start = Array.from({ length: octave }, () => 2).reduce((a, b) => a * b, 1)
      expect(bucketOf(start)).toBe((octave - 6) * 128)
      expect(bucketOf(start - 1)).toBe((octave - 6) * 128 - 1)
      expect(bucketStart(bucketOf(start))).toBe(start)
    }
  })

  it('property: a value lies in its bucket, and a bucket is at most 1/128 of its start wide', () => {
    fc.assert(
      fc.property(whole, (value) => {
        const bucket = bucketOf(value)
        expect(bucketStart(bucket)).toBeLessThanOrEqual(value)
        expect(bucketStart(bucket) + bucketWidth(bucket)).toBeGreaterThan(value)
        if (bucketWidth(bucket) > 1) expect(bucketWidth(bucket) / bucketStart(bucket)).toBeLessThanOrEqual(1 / 128)
      }),
      { seed: 1, numRuns: 2000 },
    )
  })

  it('property: quantiles are in the bucket of the exact ones, so within 0.8 % of them', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 1e9 }), { minLength: 1, maxLength: 300 }),
        fc.constantFrom(0, 0.5, 0.9, 0.99, 1),
        (values, q) => {
          const exact = [...values].sort((a, b) => a - b)[Math.max(1, Math.ceil(q * values.length)) - 1]
          const found = of(values).quantile(q)
          expect(bucketOf(Math.round(found))).toBe(bucketOf(exact))
          expect(Math.abs(found - exact) / exact).toBeLessThanOrEqual(1 / 128)
        },
      ),
      { seed: 2, numRuns: 300 },
    )
  })

  it('property: merging is adding, in either order, and is kept by the sparse form; count and sum are exact', () => {
    fc.assert(
      fc.property(fc.array(whole), fc.array(whole), (left, right) => {
        const together = of([...left, ...right])
        const exact = Number([...left, ...right].reduce((sum, value) => sum + BigInt(value), 0n))
        for (const [first, second] of [
          [left, right],
          [right, left],
        ]) {
          const merged = of(first)
          merged.merge(of(second))
          expect(merged.toSparse()).toEqual(together.toSparse())
          expect(merged.count).toBe(left.length + right.length)
          expect(merged.sum).toBe(exact)
          expect(Histogram.fromSparse(merged.toSparse()).toSparse()).toEqual(together.toSparse())
        }
      }),
      { seed: 3, numRuns: 200 },
    )
  })

  it('nearest rank: of 1 to 100 the 0.07-quantile is 7, though 0.07 * 100 is 7.000000000000001', () => {
    const histogram = of(Array.from({ length: 100 }, (_, i) => i + 1))
    expect([0, 0.07, 0.5, 0.501, 0.99, 1].map((q) => histogram.quantile(q))).toEqual([1, 7, 50, 51, 99, 100])
  })

  it('spreads the values of a bucket evenly: one in 512 to 515 is at 513.5, two are at 512.5 and 514.5, four at 512 to 515', () => {
    expect(of([514]).quantile(0.5)).toBe(513.5)
    expect([0.5, 1].map((q) => of([514, 514]).quantile(q))).toEqual([512.5, 514.5])
    expect([0.25, 0.5, 0.75, 1].map((q) => of([515, 512, 514, 513]).quantile(q))).toEqual([512, 513, 514, 515])
  })

  it('property: quantiles do not decrease with q', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 5000 }), { minLength: 1, maxLength: 200 }), (values) => {
        const histogram = of(values)
        const quantiles = Array.from({ length: 101 }, (_, i) => histogram.quantile(i / 100))
        expect([...quantiles].sort((a, b) => a - b)).toEqual(quantiles)
      }),
      { seed: 4, numRuns: 200 },
    )
  })

  // Quantiles by their formulas; the standard error of a sample quantile is sqrt(q (1 - q) / n) / density.
  it.each([
    ['exponential of mean 50 ms', (u: number) => -50_000 * Math.log(1 - u), (x: number) => Math.exp(-x / 50_000) / 50_000],
    ['uniform up to 1 s', (u: number) => 1e6 * u, () => 1e-6],
    ['Pareto of index 2 from 10 ms', (u: number) => 10_000 / Math.sqrt(1 - u), (x: number) => (2 * 1e8) / (x * x * x)],
  ])('%s: quantiles of 200,000 values are those of the formula and, within 0.13 %, of the sorted values', (name, inverse, density) => {
    const random = new Streams('quantiles', 0).stream(name)
    const n = 200_000
    const values = Array.from({ length: n }, () => Math.round(inverse(random.next())))
    const histogram = of(values)
    const sorted = Float64Array.from(values).sort()
    let worst = 0
    for (const q of [0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99]) {
      const [found, exact] = [histogram.quantile(q), sorted[Math.ceil(q * n - 1e-6) - 1]]
      worst = Math.max(worst, Math.abs(found - exact) / exact)
      const error = Math.sqrt((q * (1 - q)) / n) / density(inverse(q))
      expect(Math.abs(found - inverse(q))).toBeLessThan(4 * error + 0.0013 * found)
    }
    // The middles of the buckets are up to 0.39 % away.
    expect(worst).toBeLessThan(0.0013)
  })

  it('runs that differ by less than a bucket have different quantiles: 30 samples of one distribution have 30 medians', () => {
    const medians = Array.from({ length: 30 }, (_, run) => {
      const random = new Streams('quantiles', run).stream('medians')
      return of(Array.from({ length: 20_000 }, () => Math.round(-20_000 * Math.log(1 - random.next())))).quantile(0.5)
    })
    expect(new Set(medians).size).toBe(30)
    expect(Math.max(...medians) / Math.min(...medians) - 1).toBeGreaterThan(0.01)
  })

  it('counts values above: of 10, 20, 30 two are above 15, one above 20', () => {
    const histogram = of([10, 20, 30])
    expect([-1, 0, 15, 20, 30, 1e15, 1e300].map((value) => histogram.countAbove(value))).toEqual([3, 3, 2, 1, 0, 0, 0])
    // 514 and 512 share a bucket: not above each other. 516 is in the next.
    expect(of([514, 516]).countAbove(512)).toBe(1)
  })

  it('is empty at first and after clear', () => {
    const histogram = of([5, 1e12])
    histogram.clear()
    expect([histogram.count, histogram.sum, histogram.quantile(0.5), histogram.mean]).toEqual([0, 0, NaN, NaN])
    expect(histogram.toSparse().buckets.length).toBe(0)
  })

  it('refuses values that are not whole numbers below 2^53', () => {
    for (const value of [-1, 0.5, NaN, Infinity, 9_007_199_254_740_992]) {
      expect(() => new Histogram().record(value)).toThrow(`value for a histogram: ${value}; accepted: whole numbers from 0 to 2^53 - 1`)
    }
    expect(() => new Histogram().quantile(99)).toThrow('quantile: 99; accepted: 0 to 1')
  })
})
