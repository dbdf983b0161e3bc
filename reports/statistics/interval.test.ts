import seedrandom from 'seedrandom'
import { describe, expect, test } from 'vitest'
import { metricById } from '../../sim/index.ts'
import { intervalOf, metricInterval, pValueOf, SMALLEST_P } from './interval.ts'

/** Extra hours of sleep with two drugs in ten patients: Student 1908, The probable error of a mean. */
const FIRST = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
const SECOND = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]

describe('interval of a mean', () => {
  test('1, 2, 3, 4, 5: mean 3, sd sqrt(2.5), half 2.7764 * sqrt(2.5 / 5) = 1.9632', () => {
    const interval = intervalOf([1, 2, 3, 4, 5])
    expect(interval.mean).toBe(3)
    expect(interval.sd).toBeCloseTo(Math.sqrt(2.5), 12)
    expect(interval.low).toBeCloseTo(3 - 1.9632, 4)
    expect(interval.high).toBeCloseTo(3 + 1.9632, 4)
  })

  test("Student's sleep data, paired: t = -4.0621, p = 0.002833, interval [-2.4598858, -0.7001142] (the example of R's t.test)", () => {
    const interval = intervalOf(FIRST.map((value, i) => value - SECOND[i]))
    expect(interval.mean).toBeCloseTo(-1.58, 10)
    expect(interval.mean / (interval.sd / Math.sqrt(10))).toBeCloseTo(-4.0621, 4)
    expect(interval.low).toBeCloseTo(-2.4598858, 6)
    expect(interval.high).toBeCloseTo(-0.7001142, 6)
    expect(pValueOf(interval, interval.sd / Math.sqrt(10))).toBeCloseTo(0.002833, 6)
  })

  test('one value has no interval; equal values have one of no width; none is refused', () => {
    expect(intervalOf([4])).toEqual({ n: 1, mean: 4, sd: NaN, low: NaN, high: NaN })
    expect(intervalOf([0.1, 0.1, 0.1])).toEqual({ n: 3, mean: 0.1, sd: 0, low: 0.1, high: 0.1 })
    expect(intervalOf([0, 0])).toMatchObject({ sd: 0, low: 0, high: 0 })
    expect([[4], [0.1, 0.1, 0.1], [0, 0]].map((values) => pValueOf(intervalOf(values), 0))).toEqual([NaN, SMALLEST_P, 1])
    expect(() => intervalOf([])).toThrow('at least one value')
  })

  test('an interval is never narrower than the resolution, and p never below 2.2e-16', () => {
    expect(intervalOf([7, 7, 7], { resolution: 0.5 })).toMatchObject({ mean: 7, sd: 0, low: 6.75, high: 7.25 })
    expect(intervalOf([7, 7.0625, 7.125], { resolution: 0.5 })).toMatchObject({ low: 6.8125, high: 7.3125 })
    expect(intervalOf([0, 0, 0], { resolution: 0.5, scale: 'log' })).toMatchObject({ low: 0, high: 0.25 })
    expect(pValueOf(intervalOf([7, 7, 7]), 1e-200)).toBe(2.220446049250313e-16)
  })

  test('on the log scale 1, 2, 3, 4, 5 are 3 times and over exp(1.9632 / 3) = 1.9241: [1.5592, 5.7722]; shares stay below 100 %', () => {
    const log = intervalOf([1, 2, 3, 4, 5], { scale: 'log' })
    expect([log.low, log.high].map((end) => end.toFixed(3))).toEqual(['1.559', '5.772'])
    // 90, 95, 100: mean 95, half 4.30265 * 5 / sqrt 3 = 12.421; logit(.95) = 2.9444, half .12421 / (.95 * .05) = 2.6149
    const share = intervalOf([90, 95, 100], { scale: 'logit' })
    expect(share.low).toBeCloseTo(100 / (1 + Math.exp(-(2.9444 - 2.6149))), 2)
    expect(share.high).toBeCloseTo(100 / (1 + Math.exp(-(2.9444 + 2.6149))), 2)
  })

  test('metrics: a p99 of 40, 50, 300 ms has no negative end, a share none above 100 %, a flat p50 the width of its bucket', () => {
    const of = (id: string, values: readonly number[]) => metricInterval(metricById(id) ?? expect.fail(id), values)
    expect(of('latency-p99', [40, 50, 300]).low).toBeGreaterThan(0)
    expect(of('allocation-cpu', [80, 99, 100]).high).toBeLessThan(100)
    expect(of('pending-censored', [0, 0, 9]).low).toBeGreaterThan(0)
    // 9,012 µs are in the bucket of 64 µs from 8,960 on
    expect(of('latency-p50', [9.012, 9.012])).toMatchObject({ low: 8.98, high: 9.044 })
    // counts have no rounding: twelve nodes in each run are twelve
    expect(of('nodes-peak', [12, 12])).toMatchObject({ low: 12, high: 12 })
  })

  test('the 95 % interval covers the true mean in 93 to 97 % of 4,000 normal samples of 3, 5 and 10', () => {
    const random = seedrandom.alea('coverage')
    const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
    for (const n of [3, 5, 10]) {
      let covered = 0
      for (let i = 0; i < 4000; i++) {
        const { low, high } = intervalOf(Array.from({ length: n }, () => 50 + 8 * normal()))
        if (low <= 50 && 50 <= high) covered++
      }
      expect(covered / 4000).toBeGreaterThan(0.93)
      expect(covered / 4000).toBeLessThan(0.97)
    }
  })
})
