import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ReportedWeight } from './reported-weights.ts'
import { scheduleOf, StaticStride } from './static-stride.ts'

const SECOND = 1_000_000
const settings = { blackout: 10 * SECOND, expiration: 180 * SECOND, penalty: 1 }

const picks = (weights: readonly number[], count: number): number[] => {
  const stride = new StaticStride(scheduleOf(weights), -1)
  return Array.from({ length: count }, () => stride.next())
}

describe('static stride', () => {
  test('1 : 2 is 32768 : 65535; remainders of the first 0, 32768, 1, 32769 in rounds 0 to 3, picked from 32767 on', () => {
    expect([...scheduleOf([1, 2]).weights]).toEqual([32_768, 65_535])
    expect(picks([1, 2], 6)).toEqual([1, 0, 1, 1, 0, 1])
  })

  test('an unknown weight is the mean of the known: of 1 and 3 it is 2, scaled 43690 = 65535 * 2 / 3', () => {
    expect([...scheduleOf([1, 0, 3]).weights]).toEqual([21_845, 43_690, 65_535])
  })

  test('fewer than two known weights, or equal ones: in turn', () => {
    expect([scheduleOf([0, 5, 0]), scheduleOf([4, 4]), scheduleOf([4, 0, 4]), scheduleOf([])].map(({ roundRobin }) => roundRobin)).toEqual([true, true, true, true]) // prettier-ignore
    expect(picks([0, 5, 0], 4)).toEqual([0, 1, 2, 0])
  })

  test('over 65535 rounds each is picked as often as its scaled weight says', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 2, maxLength: 5 }), (given) => {
        const schedule = scheduleOf([...given, 1001]) // not all equal
        const stride = new StaticStride(schedule, -1)
        const total = schedule.weights.reduce((sum, weight) => sum + weight, 0)
        const found = Array.from({ length: schedule.weights.length }, () => 0)
        for (let i = 0; i < total; i++) found[stride.next()]++
        expect(found).toEqual([...schedule.weights])
      }),
      { numRuns: 5 },
    )
  })
})

describe('reported weights', () => {
  const reported = (requests: number, utilization: number, errors: number): ReportedWeight => {
    const weight = new ReportedWeight()
    weight.report(0, requests, utilization, errors, settings)
    return weight
  }

  test('requests over utilization: 223 / 0.02 = 11150; with errors 554 / (1.16 + 47 / 554) = 445.05', () => {
    expect(reported(223, 0.02, 0).at(10 * SECOND, settings)).toBe(11_150)
    expect(reported(554, 1.16, 47).at(10 * SECOND, settings)).toBeCloseTo(554 / (1.16 + 47 / 554), 9)
  })

  test('unknown without a report, before the end of the blackout, and after the expiration; a report without requests is none', () => {
    expect(new ReportedWeight().at(0, settings)).toBe(0)
    expect(reported(0, 0.5, 0).at(10 * SECOND, settings)).toBe(0)
    const weight = reported(100, 0.5, 0)
    expect([10 * SECOND - 1, 10 * SECOND, 180 * SECOND - 1, 180 * SECOND].map((at) => weight.at(at, settings))).toEqual([0, 200, 200, 0])
  })

  test('after an expired report the blackout begins again', () => {
    const weight = reported(100, 0.5, 0)
    weight.at(180 * SECOND, settings)
    weight.report(200 * SECOND, 100, 0.5, 0, settings)
    expect([209 * SECOND, 210 * SECOND].map((at) => weight.at(at, settings))).toEqual([0, 200])
  })
})
