import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { WindowAverage } from './window-average.ts'

const SECOND = 1_000_000

/** Values by second, recorded in order. */
function filled(window: number, values: readonly (readonly [second: number, value: number])[], weighted = false): WindowAverage {
  const average = new WindowAverage(window * SECOND, SECOND, weighted)
  for (const [second, value] of values) average.record(second * SECOND, value)
  return average
}

describe('the average of all buckets', () => {
  test('a partial window: (10 + 20) / 2 = 15, although the window has 6 buckets', () => {
    expect(
      filled(6, [
        [100, 10],
        [101, 20],
      ]).at(101 * SECOND),
    ).toBe(15)
  })

  test('values of one bucket add up: (10 + 5 + 3) / 2 = 9', () => {
    expect(
      filled(6, [
        [100, 10],
        [101, 5],
        [101.9, 3],
      ]).at(101.9 * SECOND),
    ).toBe(9)
  })

  test('a bucket that was skipped counts as 0: (10 + 0 + 20) / 3 = 10', () => {
    expect(
      filled(6, [
        [100, 10],
        [102, 20],
      ]).at(102 * SECOND),
    ).toBe(10)
  })

  test('silence shortens the window: of 4 buckets (2, 4, 6, 8), 3 s later only the 8 is left', () => {
    const average = filled(4, [
      [1, 2],
      [2, 4],
      [3, 6],
      [4, 8],
    ])
    expect([4, 5, 6, 7, 8].map((second) => average.at(second * SECOND))).toEqual([5, 6, 7, 8, 0])
  })

  test('empty after more than a window of silence, and a new partial window afterwards', () => {
    const average = filled(4, [[1, 2]])
    expect([4, 5, 6].map((second) => average.isEmpty(second * SECOND))).toEqual([false, false, true])
    average.record(9 * SECOND, 7)
    expect(average.at(9 * SECOND)).toBe(7)
    expect(new WindowAverage(4 * SECOND, SECOND).isEmpty(0)).toBe(true)
  })

  test('a late value counts in its bucket, one older than the window nowhere: (1 + 3 + 5) / 3 = 3', () => {
    const average = filled(4, [
      [11, 1],
      [13, 5],
      [12, 3],
      [9, 100],
    ])
    expect(average.at(13 * SECOND)).toBe(3)
  })

  test('cut to six digits: 2 / 3 = 0.666666', () => {
    expect(
      filled(6, [
        [1, 1],
        [2, 1],
        [3, 0],
      ]).at(3 * SECOND),
    ).toBe(0.666666)
  })

  test('equal to the mean of the last min(window, seconds since the first) values, cut', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1000), { minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 12 }), (values, window) => {
        const last = values.slice(-window)
        const mean = last.reduce((sum, value) => sum + value, 0) / last.length
        const average = filled(
          window,
          values.map((value, second) => [second, value] as const),
        )
        expect(average.at((values.length - 1) * SECOND)).toBe(Math.floor(mean * 1e6) / 1e6)
      }),
    )
  })
})

describe('the exponential average', () => {
  test('weights of 60 buckets: 0.2 for the newest, then 0.8 of the one before: 10 * 0.2 + 5 * 0.16 = 2.8', () => {
    // 1 - 0.0001 ** (1 / 60) = 0.142 is below the least weight of 0.2.
    expect(
      filled(
        60,
        [
          [1, 5],
          [2, 10],
        ],
        true,
      ).at(2 * SECOND),
    ).toBeCloseTo(2.8, 12)
  })

  test('of 2 buckets: the newest weighs 1 - sqrt(0.0001) = 0.99', () => {
    expect(
      filled(
        2,
        [
          [1, 100],
          [2, 200],
        ],
        true,
      ).at(2 * SECOND),
    ).toBeCloseTo(200 * 0.99 + 100 * 0.99 * 0.01, 9)
  })

  test('silence counts as buckets of 0: one second later 0.8 of the value', () => {
    const average = filled(
      60,
      [
        [1, 5],
        [2, 10],
      ],
      true,
    )
    expect(average.at(3 * SECOND)).toBeCloseTo(2.8 * 0.8, 12)
    expect(average.at(63 * SECOND)).toBe(0)
  })
})
