import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { waterLevel } from './max-min.ts'

const share = (capacity: number, claims: readonly (readonly [demand: number, weight: number])[]): number[] => {
  const demand = Float64Array.from(claims, (c) => c[0])
  const weight = Float64Array.from(claims, (c) => c[1])
  const level = waterLevel(capacity, claims.length, demand, weight)
  return claims.map(([d, w]) => Math.min(d, w * level))
}

describe('weighted max-min shares', () => {
  it('gives everyone what they want when it fits', () => {
    expect(
      share(16, [
        [4, 1],
        [8, 1],
      ]),
    ).toEqual([4, 8])
  })
  it('splits by weight when nobody is satisfied: 12 over weights 1:2 is 4 and 8', () => {
    expect(
      share(12, [
        [20, 1],
        [20, 2],
      ]),
    ).toEqual([4, 8])
  })
  it('hands on what a small claimant leaves: 10 = 2 + (10-2)/2 twice', () => {
    expect(
      share(10, [
        [2, 1],
        [9, 1],
        [9, 1],
      ]),
    ).toEqual([2, 4, 4])
  })
  it('needs two rounds: 16 over (1,w1) (4,w1) (20,w2) (20,w4): 1; then 15/7 leaves 4 unsatisfied at 2.14; 15 over 1+2+4', () => {
    const [a, b, c, d] = share(16, [
      [1, 1],
      [4, 1],
      [20, 2],
      [20, 4],
    ])
    expect(a).toBe(1)
    expect(b).toBeCloseTo(15 / 7, 12)
    expect(c).toBeCloseTo(30 / 7, 12)
    expect(d).toBeCloseTo(60 / 7, 12)
  })
  it('the packed node of proof (a): 16 cores, background 4 x 3 cores (weight 2000 each), 16 web pods (weight 500) with 16 x 0.55 = 8.8 wanted', () => {
    // 12 + 8.8 = 20.8 > 16. Background level 3000/2000 = 1.5, web 550/500 = 1.1. Nobody under 1.0: level = 16000 / (8000 + 8000) = 1: background 8 cores, web 8 cores.
    const claims = [...Array(4).fill([3000, 2000]), ...Array(16).fill([550, 500])] as [number, number][]
    const got = share(16000, claims)
    expect(got.slice(0, 4)).toEqual([2000, 2000, 2000, 2000])
    expect(got[4]).toBe(500)
  })
  it('property: uses exactly the capacity when it is short, never gives more than wanted, and the unsatisfied have equal share per weight', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100_000 }),
        fc.array(fc.tuple(fc.integer({ min: 0, max: 20_000 }), fc.integer({ min: 1, max: 4_000 })), { minLength: 1, maxLength: 20 }),
        (capacity, claims) => {
          const got = share(capacity, claims)
          const wanted = claims.reduce((sum, c) => sum + c[0], 0)
          const given = got.reduce((sum, g) => sum + g, 0)
          expect(given).toBeCloseTo(Math.min(wanted, capacity), 6)
          const levels = claims.flatMap(([d, w], i) => (got[i] < d - 1e-9 ? [got[i] / w] : []))
          for (const level of levels) expect(level).toBeCloseTo(levels[0], 9)
          claims.forEach(([d], i) => expect(got[i]).toBeLessThanOrEqual(d))
        },
      ),
      { seed: 1, numRuns: 500 },
    )
  })
})
