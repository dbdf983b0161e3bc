import { describe, expect, test } from 'vitest'
import { Streams } from '../../../random/stream.ts'
import { autoregression, continued } from './autoregression.ts'

describe('autoregression', () => {
  // Autocovariances of 1, 2, 3, 4 around 2.5: c0 = 5/4, c1 = 1.25/4; a1 = c1 / c0 = 0.25
  test('order 1: a = c1 / c0; 1, 2, 3, 4 give 0.25, and the next value is 2.5 + 0.25 * 1.5 = 2.875', () => {
    const model = autoregression([1, 2, 3, 4], 1)
    expect(model).toEqual({ mean: 2.5, coefficients: [0.25] })
    expect(continued(model, [4], 2)).toEqual([2.875, 2.5 + 0.25 * 0.375])
  })

  test('a constant series stays where it is', () => {
    expect(continued(autoregression([7, 7, 7, 7, 7, 7], 2), [7, 7], 3)).toEqual([7, 7, 7])
  })

  test('x(t) = 0.6 x(t-1) - 0.3 x(t-2) + noise: the coefficients are found within 0.02 from 20,000 values', () => {
    const stream = new Streams('autoregression', 0).stream('noise')
    const series = [0, 0]
    for (let i = 2; i < 20_000; i++) series.push(0.6 * series[i - 1] - 0.3 * series[i - 2] + stream.next() - 0.5)
    const [first, second, third] = autoregression(series, 3).coefficients
    expect(Math.abs(first - 0.6)).toBeLessThan(0.02)
    expect(Math.abs(second + 0.3)).toBeLessThan(0.02)
    expect(Math.abs(third)).toBeLessThan(0.02)
  })
})
