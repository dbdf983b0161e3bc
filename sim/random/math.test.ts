import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hashOfBits } from './bits.fixture.ts'
import { exp2, nearest, normalCdf, normalQuantile, pow, wholePower } from './math.ts'
import { Streams } from './stream.ts'

describe('functions whose last bit counts', () => {
  // Hashes recorded on Node 20; they detect changes between Node versions, not wrong values. When one changes, the results of all
  // runs change.
  it.each([
    ['log', (u: number) => Math.log(u), 'fbddab21'],
    ['log of large', (u: number) => Math.log(u * 1e15), '0db48090'],
    ['exp', (u: number) => Math.exp(40 * u - 20), 'ce876df0'],
    ['sqrt', (u: number) => Math.sqrt(u * 1e9), 'bb7f11dd'],
    ['sin', (u: number) => Math.sin(1000 * u), 'aea19de4'],
    ['pow', (u: number) => pow(u * 100, 1.1 - 3 * u), '9a01627b'],
    ['exp2', (u: number) => exp2(2000 * u - 1000), 'e2b7391f'],
    ['normalQuantile', (u: number) => normalQuantile(u), '4976c06b'],
    ['normalCdf', (u: number) => normalCdf(16 * u - 8), '1e7d8787'],
  ])('%s has the bits it had', (_, f, hash) => {
    const stream = new Streams('bits', 0).stream('u')
    expect(hashOfBits(Float64Array.from({ length: 20_000 }, () => f(stream.next())))).toBe(hash)
  })
})

it('nearest rounds halves up, as Math.round does', () => {
  const values = [0, 0.4, 0.5, 1.5, 2.5, -0.5, -0.6, 1e15 + 0.5, Infinity]
  expect(values.map((x) => nearest(x) + 0)).toEqual(values.map((x) => Math.round(x) + 0))
})

describe('pow', () => {
  it('computes whole exponents by multiplication: 3^5 = 243, 2^-3 = 1/8, (-2)^3 = -8, 0^0 = 1', () => {
    expect([pow(3, 5), pow(2, -3), pow(-2, 3), pow(0, 0), pow(1.5, 2), pow(10, 15)]).toEqual([243, 0.125, -8, 1, 2.25, 1e15])
  })

  it('property: within 1e-14 of the platform for other exponents', () => {
    const ratio = (x: number, y: number): number => pow(x, y) / Math.pow(x, y)
    fc.assert(
      fc.property(
        fc.double({ min: 1e-3, max: 1e4, noNaN: true }),
        fc.double({ min: -5, max: 5, noNaN: true }),
        (x, y) => Math.abs(ratio(x, y) - 1) < 1e-14,
      ),
      { seed: 7, numRuns: 2000 },
    )
  })

  it('at the edges: 0^0.5 = 0, 0^-0.5 = ∞, a root of a negative number is NaN', () => {
    expect([pow(0, 0.5), pow(0, -0.5), pow(-1, 0.5)]).toEqual([0, Infinity, NaN])
  })
})

describe('exp2', () => {
  it('is exact for whole exponents, also where only a few bits are left: 2^-1074 is the least number above 0', () => {
    expect([0, 1, 10, -1, 1023, -1022, -1074].map(exp2)).toEqual([0, 1, 10, -1, 1023, -1022, -1074].map((x) => Math.pow(2, x)))
    expect([1024, -1075, Infinity, -Infinity, NaN].map(exp2)).toEqual([Infinity, 0, Infinity, 0, NaN])
  })

  it('property: within one unit of the last place of the platform', () => {
    fc.assert(fc.property(fc.double({ min: -1000, max: 1000, noNaN: true }), (x) => Math.abs(exp2(x) / Math.pow(2, x) - 1) <= 2 ** -52))
  })
})

it('wholePower multiplies by squares: 1.05^100 = 131.50125784630362, as Go has it', () => {
  expect([wholePower(1.05, 100), wholePower(3, 0), wholePower(2, 1023)]).toEqual([131.50125784630362, 1, 2 ** 1023])
})

describe('normal distribution', () => {
  it.each([
    [0.5, 0],
    [0.9, 1.2815515655446004],
    [0.975, 1.959963984540054],
    [0.999, 3.090232306167813],
    [0.075, -1.4395314709384563],
    [1e-9, -5.997807015007686],
    [1e-20, -9.262340089798408],
    [1e-300, -37.0470963],
  ])('quantile(%d) is %d, as tables give it', (p, z) => expect(Math.abs(normalQuantile(p) - z)).toBeLessThan(1e-9))

  it.each([
    // 0.5 erfc(-x / √2), from the C library
    [-8, 6.220960574271819e-16],
    [-7.1, 6.23784446333164e-13],
    [-5, 2.866515718791946e-7],
    [-2, 0.02275013194817922],
    [-1, 0.15865525393145707],
    [0.5, 0.6914624612740131],
    [3, 0.9986501019683699],
  ])('cdf(%d) is %d', (x, p) => {
    expect(Math.abs(normalCdf(x) - p)).toBeLessThan(1e-15)
    expect(Math.abs(normalCdf(x) / p - 1)).toBeLessThan(1e-8)
  })

  it('property: cdf(quantile(p)) is p, and the quantile of 1 - p is its negative', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 0.5, noNaN: true }), (p) => {
        const z = normalQuantile(p)
        return Math.abs(normalCdf(z) - p) < 1e-14 && Math.abs(normalQuantile(1 - p) + z) < 1e-9
      }),
      { seed: 8, numRuns: 2000 },
    )
  })

  it('at the edges: -∞ at 0, ∞ at 1, NaN outside', () => {
    expect([0, 1, -0.1, 1.1, NaN].map(normalQuantile)).toEqual([-Infinity, Infinity, NaN, NaN, NaN])
    expect([normalCdf(-40), normalCdf(40), normalCdf(0)]).toEqual([0, 1, 0.5])
  })
})
