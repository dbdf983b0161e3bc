import seedrandom from 'seedrandom'
import { describe, expect, test } from 'vitest'
import { Histogram } from '../../sim/index.ts'
import { isHeavy, tailOf } from './heavy-tail.ts'
import type { Tail } from './heavy-tail.ts'

function tail(values: Iterable<number>): Tail {
  const histogram = new Histogram()
  for (const value of values) histogram.record(Math.round(value))
  return tailOf(histogram.toSparse()) ?? expect.fail('no tail')
}

/** Quantiles of a distribution at the middles of n equal shares, without random draws. */
const grid = (n: number, quantile: (p: number) => number): number[] => Array.from({ length: n }, (_, i) => quantile((i + 0.5) / n))

describe('heavy tails', () => {
  test('by hand: 9,990 requests of 10 and ten of 10,000: the ten carry 100,000 of 199,900', () => {
    const found = tail([...new Array<number>(9990).fill(10), ...new Array<number>(10).fill(10_000)])
    expect(found.topShare).toBeCloseTo(100_000 / 199_900, 2)
    expect(isHeavy(found)).toBe(true)
    expect(found.largest / 10_000).toBeCloseTo(1, 2)
  })

  test('exponential: the largest 0.1 % carry p (1 - ln p) = 0.79 % of the sum', () => {
    const found = tail(grid(200_000, (p) => -1e6 * Math.log(1 - p)))
    expect(100 * found.topShare).toBeCloseTo(0.79, 2)
    expect(isHeavy(found)).toBe(false)
  })

  test.each([
    [1.5, 0.1],
    [2, 0.0316],
  ])('Pareto of index %d: Hill finds the index, the largest 0.1 % carry 0.001^(1 - 1/a) = %d', (a, topShare) => {
    const found = tail(grid(1_000_000, (p) => 1e4 * Math.exp(-Math.log(1 - p) / a)))
    expect(found.index / a).toBeCloseTo(1, 1)
    expect(found.topShare / topShare).toBeGreaterThan(0.93)
    expect(found.topShare / topShare).toBeLessThan(1.03)
  })

  test('Pareto without a mean, index 0.9, in 300,000 draws: capped by the largest, 0.1 % carry (0.001^b - n^-b) / (1 - n^-b) = 62 %, b = 1 - 1/a; of index 1.5 9 %', () => {
    const random = seedrandom.alea('pareto')
    const draw = (a: number): Tail => tail(Array.from({ length: 300_000 }, () => 1000 * Math.exp(-Math.log(1 - random()) / a)))
    const [without, finite] = [draw(0.9), draw(1.5)]
    expect(Math.abs(without.topShare - 0.62)).toBeLessThan(0.15) // the largest draw alone moves it by so much
    expect([isHeavy(without), isHeavy(finite)]).toEqual([true, false])
    // Hill's standard error is a / sqrt(k) = 0.9 / sqrt(3000)
    expect(Math.abs(without.index - 0.9)).toBeLessThan(4 * 0.0165)
  })

  test('too few, or nothing but zeros, has no tail to speak of', () => {
    const histogram = new Histogram()
    for (let i = 0; i < 9999; i++) histogram.record(1)
    expect(tailOf(histogram.toSparse())).toBeNull()
    histogram.clear()
    for (let i = 0; i < 20_000; i++) histogram.record(0)
    expect(tailOf(histogram.toSparse())).toBeNull()
    expect(tail(new Array<number>(10_000).fill(5)).index).toBe(Infinity)
  })
})
