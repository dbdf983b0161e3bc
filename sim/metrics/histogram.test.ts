import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bucketOf, bucketStart, bucketWidth, Histogram } from './histogram.ts'

const whole = fc.oneof(fc.integer({ min: 0, max: 2_000_000 }), fc.maxSafeInteger().map(Math.abs))

describe('log-linear histogram', () => {
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

  it('property: quantiles are within 0.4 % of the exact ones', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 1e9 }), { minLength: 1, maxLength: 300 }), fc.constantFrom(0.5, 0.9, 0.99), (values, q) => {
        const histogram = new Histogram()
        for (const value of values) histogram.record(value)
        const exact = [...values].sort((a, b) => a - b)[Math.max(1, Math.ceil(q * values.length)) - 1]
        expect(Math.abs(histogram.quantile(q) - exact) / exact).toBeLessThanOrEqual(1 / 256)
      }),
      { seed: 2, numRuns: 300 },
    )
  })

  it('property: merging is adding, in either order, and survives the sparse form', () => {
    fc.assert(
      fc.property(fc.array(whole), fc.array(whole), (left, right) => {
        const of = (values: number[]) => {
          const histogram = new Histogram()
          for (const value of values) histogram.record(value)
          return histogram
        }
        const together = of([...left, ...right]).toSparse()
        for (const [first, second] of [[left, right], [right, left]]) {
          const merged = Histogram.fromSparse(of(first).toSparse())
          merged.merge(of(second))
          expect(merged.toSparse().buckets).toEqual(together.buckets)
          expect(merged.toSparse().counts).toEqual(together.counts)
        }
      }),
      { seed: 3, numRuns: 200 },
    )
  })

  it('counts what is above: of 10, 20, 30 two are above 15', () => {
    const histogram = new Histogram()
    for (const value of [10, 20, 30]) histogram.record(value)
    expect(histogram.countAbove(15)).toBe(2)
    expect(histogram.sum).toBe(60)
    expect(histogram.quantile(0.5)).toBe(20)
  })
})
