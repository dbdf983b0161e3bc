import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Accumulator } from './accumulator.ts'

/** Products below 2^94, so that sums stay below 2^100, up to which the class is exact. */
const factor = fc.oneof(fc.integer({ min: -(2 ** 47), max: 2 ** 47 }), fc.integer({ min: -1000, max: 1000 }))

describe('accumulator', () => {
  it('keeps what a double rounds off: 2^53 + 1 + 1 is 2^53 + 2', () => {
    const sum = new Accumulator()
    sum.add(2 ** 53, 1)
    sum.add(1, 1)
    sum.add(1, 1)
    expect(2 ** 53 + 1 + 1).toBe(2 ** 53)
    expect(sum.value()).toBe(2 ** 53 + 2)
  })

  it('is exact over a day of 64 GiB: (2^36 + 1) bytes for 86,400,000,001 µs, subtracted again in two parts, leave 1', () => {
    const sum = new Accumulator()
    sum.add(2 ** 36 + 1, 86_400_000_001)
    sum.addOne(1)
    sum.add(-(2 ** 36), 86_400_000_001)
    sum.addOne(-86_400_000_001)
    expect(sum.value()).toBe(1)
  })

  it('property: the sum of products is the nearest double to the exact one, in any order and after merging', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(factor, factor), { maxLength: 30 }), fc.nat(30), (products, cut) => {
        const exact = Number(products.reduce((sum, [a, b]) => sum + BigInt(a) * BigInt(b), 0n))
        const forth = new Accumulator()
        const left = new Accumulator()
        const right = new Accumulator()
        products.forEach(([a, b], i) => {
          forth.add(a, b)
          const part = i < cut ? left : right
          part.add(b, a)
        })
        right.merge(left)
        expect(forth.value()).toBe(exact)
        expect(right.value()).toBe(exact)
      }),
      { seed: 4, numRuns: 500 },
    )
  })

  it('property: adding and subtracting the same leaves exactly 0', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(factor, factor), { maxLength: 50 }), (products) => {
        const sum = new Accumulator()
        for (const [a, b] of products) sum.add(a, b)
        for (const [a, b] of products) sum.add(-a, b)
        expect(sum.value() === 0).toBe(true) // -0 too
      }),
      { seed: 5, numRuns: 300 },
    )
  })

  it('ratio: 3 * 2^60 over 2^61 is 1.5; after clear the sum is 0', () => {
    const part = new Accumulator()
    const whole = new Accumulator()
    part.add(3 * 2 ** 30, 2 ** 30)
    whole.add(2 ** 31, 2 ** 30)
    expect(part.ratio(whole)).toBe(1.5)
    part.clear()
    expect(part.value()).toBe(0)
  })
})
