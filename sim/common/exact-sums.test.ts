import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ExactSums } from './exact-sums.ts'

const TIB = 2 ** 40

describe('exact sums', () => {
  test('100,000 nodes of 1 TiB and a byte each, less the TiB: 100,000 bytes', () => {
    const sums = new ExactSums(2)
    for (let node = 0; node < 100_000; node++) sums.add(1, TIB + 1)
    expect(BigInt(sums.high[1]) + BigInt(sums.low[1])).toBe(100_000n * (2n ** 40n + 1n))
    for (let node = 0; node < 100_000; node++) sums.add(1, -TIB)
    expect([sums.high[1], sums.low[1], sums.high[0]]).toEqual([100_000, 0, 0])
  })

  test('equal to sums of BigInts after every term; high is the nearest double, and low is 0 below 2^53', () => {
    const term = fc.oneof(fc.maxSafeInteger(), fc.integer({ min: -1000, max: 1000 }))
    fc.assert(
      fc.property(fc.array(term, { maxLength: 60 }), (terms) => {
        const sums = new ExactSums(1)
        let expected = 0n
        for (const x of terms) {
          sums.add(0, x)
          expected += BigInt(x)
          expect(BigInt(sums.high[0]) + BigInt(sums.low[0])).toBe(expected)
          expect(sums.high[0]).toBe(Number(expected))
        }
      }),
      { seed: 8 },
    )
  })
})
