import { describe, expect, test } from 'vitest'
import { antiAffinity, evenSpread, fitScore, targetSpread } from './terms.ts'

describe("the terms of Nomad's score", () => {
  test('fit: a full node 18/18, an empty one 0; half free (20 - 2 * 10^0.5) / 18 = 0.7597', () => {
    expect(fitScore('binpack', 0, 0)).toBe(1)
    expect(fitScore('binpack', 1, 1)).toBe(0)
    expect(fitScore('binpack', 0.5, 0.5)).toBeCloseTo(0.75975, 5)
    expect(fitScore('spread', 0, 0)).toBe(0)
    expect(fitScore('spread', 1, 1)).toBeCloseTo(1, 12)
    expect(fitScore('spread', 0.5, 0.5)).toBeCloseTo(0.24025, 5)
  })

  test('fit is cut at 0 and 1: used beyond the capacity', () => {
    expect(fitScore('spread', -1, -1)).toBe(0)
    expect(fitScore('binpack', -1, -1)).toBe(1)
  })

  test('anti-affinity: 1 of 4 there is -(1 + 1) / 4', () => expect(antiAffinity(1, 4)).toBe(-0.5))

  test('spread with targets 70 and 30 of 10: (7 - 1) / 7, (3 - 4) / 3; the rest of 100 is for other values', () => {
    const targets = [
      { value: 'a', percent: 70 },
      { value: 'b', percent: 30 },
    ]
    expect(targetSpread(targets, 'a', 0, 10, 1)).toBeCloseTo(6 / 7, 12)
    expect(targetSpread(targets, 'b', 3, 10, 0.5)).toBeCloseTo(-1 / 6, 12)
    expect(targetSpread(targets, 'c', 0, 10, 1)).toBe(-1)
    expect(targetSpread(targets, null, 0, 10, 1)).toBe(-1)
    expect(targetSpread([{ value: 'a', percent: 80 }], 'c', 0, 10, 1)).toBe(0.5) // (2 - 1) / 2
    expect(targetSpread([{ value: 'a', percent: 0 }], 'a', 0, 10, 1, -1.5)).toBe(-1.5)
    expect(targetSpread([{ value: 'a', percent: 0 }], 'a', 0, 10, 1, 0.3)).toBe(-1)
  })

  test('even spread: 0 at first; 2 and 4 pods: least used (4 - 2) / 2, most used (2 - 4) / 2; a new value 1; all equal -1', () => {
    const used = new Map([
      ['a', 2],
      ['b', 4],
    ])
    expect(['a', 'b', 'c'].map((value) => evenSpread(used, value))).toEqual([1, -1, 1])
    expect(evenSpread(new Map([['a', 2]]), 'a')).toBe(-1)
    expect(evenSpread(new Map<string, number>(), 'a')).toBe(0)
  })
})
