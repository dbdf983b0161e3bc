import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { withoutLastBits } from './rounding.ts'

const below = 1e300
const numbers = fc.double({ noNaN: true, min: -below, max: below })

test('sums that differ in the last place are equal: 0.3 + 0.3, 0.2 + 0.4 and 0.1 + 0.5', () => {
  expect(0.2 + 0.4).not.toBe(0.3 + 0.3)
  expect(new Set([0.3 + 0.3, 0.2 + 0.4, 0.1 + 0.5].map(withoutLastBits)).size).toBe(1)
})

test('whole numbers below 2^36 are themselves', () => {
  fc.assert(
    fc.property(fc.integer({ min: -(2 ** 36), max: 2 ** 36 }), (n) => {
      expect(withoutLastBits(n)).toBe(n)
    }),
  )
})

test('off by at most 2^-36 of the number; done twice is done once; no two change their order', () => {
  fc.assert(
    fc.property(numbers, numbers, fc.integer({ min: 1, max: 2 ** 20 }), (a, b, ulps) => {
      const cut = withoutLastBits(a)
      if (Math.abs(a) > 1e-290) expect(Math.abs(cut - a)).toBeLessThanOrEqual(Math.abs(a) * 2 ** -36)
      expect(withoutLastBits(cut)).toBe(cut)
      if (a <= b) expect(cut).toBeLessThanOrEqual(withoutLastBits(b))
      expect(withoutLastBits(a + Math.abs(a) * ulps * Number.EPSILON)).toBeGreaterThanOrEqual(cut)
    }),
    { numRuns: 10_000 },
  )
})
