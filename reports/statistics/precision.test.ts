import { describe, expect, test } from 'vitest'
import { metricById } from '../../sim/index.ts'
import { differencesOf, moreReplications, precisionOf } from './precision.ts'

const relative = (part: number) => ({ relative: part, absolute: null, wave: 5, most: 20 })

describe('replications until precise', () => {
  // 9, 10, 11: half 4.3027 / sqrt(3) = 2.4841, a quarter of the mean 10.
  test.each([
    [0.249, true],
    [0.248, false],
  ])('9, 10, 11 has a half width of 0.2484 of its mean: within %d: %s', (part, reached) => {
    expect(precisionOf([[9, 10, 11]], relative(part)).reached).toBe(reached)
    expect(moreReplications([[9, 10, 11]], relative(part))).toBe(reached ? 0 : 5)
  })

  test('an absolute rule is in the unit: 2.4841', () => {
    expect(precisionOf([[9, 10, 11]], { relative: null, absolute: 2.49 })).toMatchObject({ reached: true })
    expect(precisionOf([[9, 10, 11]], { relative: null, absolute: 2.48 })).toMatchObject({ reached: false })
  })

  test('the widest interval decides, and is named', () => {
    expect(
      precisionOf(
        [
          [10, 10.1, 10.2],
          [9, 10, 11],
          [10, 10, 10],
        ],
        relative(0.1),
      ),
    ).toMatchObject({ widest: 1, reached: false })
  })

  test('the cap is never exceeded, the last wave is what is left of it', () => {
    const wide = (n: number): number[] => Array.from({ length: n }, (_, i) => (i % 2) * 10)
    expect([2, 12, 17, 20, 25].map((n) => moreReplications([wide(n)], relative(0.01)))).toEqual([5, 5, 3, 0, 0])
  })

  test('equal values are precise, one value is not, a mean of zero never is relative to itself', () => {
    expect(moreReplications([[0, 0, 0]], relative(0.01))).toBe(0)
    expect(moreReplications([[7]], relative(0.5))).toBe(5)
    expect(moreReplications([[-1, 0, 1]], relative(1))).toBe(5)
  })

  test('what is refused in every run holds nothing back; a failed run counts as asked for', () => {
    expect(
      moreReplications(
        [
          [null, null],
          [5, 5],
        ],
        relative(0.1),
      ),
    ).toBe(0)
    expect(moreReplications([[null, null]], relative(0.1))).toBe(0)
    expect(moreReplications([[...Array<null>(19).fill(null), 3]], relative(0.1))).toBe(0)
  })

  test('contrasts: value over baseline for ratios, part of the baseline for shares, the unit under an absolute rule', () => {
    const cost = metricById('cost') ?? expect.fail()
    const misses = metricById('slo-misses') ?? expect.fail()
    expect(differencesOf(cost, [2, 4, 0, null], [3, 5, 1, 1], { relative: 0.1 })).toEqual([1.5, 1.25, null, null])
    expect(differencesOf(misses, [2, 4], [3, 5], { relative: 0.1 })).toEqual([1 + 1 / 3, 1 + 1 / 3])
    expect(differencesOf(misses, [2, 4], [3, 6], { relative: null })).toEqual([1, 2])
  })
})
