import { describe, expect, test } from 'vitest'
import { holm } from './holm.ts'

const close = (actual: number[], expected: number[]): void => actual.forEach((value, i) => expect(value).toBeCloseTo(expected[i], 12))

describe('Holm', () => {
  test('the worked example of pingouin.multicomp (method holm)', () => {
    // sorted .0003 .003 .054 .32 .50 -> times 5, 4, 3, 2, 1: .0015 .012 .162 .64 .50, and .50 is raised to .64
    close(holm([0.5, 0.003, 0.32, 0.054, 0.0003]), [0.64, 0.012, 0.64, 0.162, 0.0015])
  })

  test('four hypotheses at 5 %: the two smallest are rejected, the third stops the procedure', () => {
    // .005 * 4 = .02, .01 * 3 = .03, .03 * 2 = .06, .04 * 1 raised to .06
    close(holm([0.01, 0.04, 0.03, 0.005]), [0.03, 0.06, 0.06, 0.02])
  })

  test('one p-value stays, none gives none, and nothing exceeds one', () => {
    expect(holm([0.04])).toEqual([0.04])
    expect(holm([])).toEqual([])
    expect(holm([0.9, 0.8])).toEqual([1, 1])
  })

  test('equal p-values are treated alike', () => {
    expect(holm([0.01, 0.01])).toEqual([0.02, 0.02])
  })
})
