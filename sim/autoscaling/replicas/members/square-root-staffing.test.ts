import { describe, expect, test } from 'vitest'
import { erlangC, serversFor } from '../../../common/erlang.ts'
import { valuesOf, type ParameterValue } from '../../../common/define.ts'
import { context, load, SECOND } from '../replicas.fixture.ts'
import { squareRootStaffing } from './square-root-staffing.ts'

const scaler = (given: Record<string, ParameterValue>) =>
  squareRootStaffing.create(valuesOf(squareRootStaffing.parameters, { scaleDownWindow: 0, ...given }), context)!
const staffed = (utilization: number, given: Record<string, ParameterValue> = {}) =>
  scaler(given).desired(load({ replicas: 10, utilization }))

describe('square-root-staffing', () => {
  test('load + beta sqrt(load): 10 pods at 90 % are 9; 9 + 3 = 12 with beta 1, 15 with beta 2', () => {
    expect(staffed(0.9)).toBe(12)
    expect(staffed(0.9, { beta: 2 })).toBe(15)
  })

  test('pods that are not measured carry the same load: 6 of 10 ready pods measured', () => {
    expect(scaler({}).desired(load({ replicas: 10, ready: 10, measured: 6, utilization: 0.9 }))).toBe(12)
  })

  test('without load none is needed', () => {
    expect(staffed(0)).toBe(0)
  })

  // Erlang C at 9 Erlangs: 11 servers 0.4602, 12 servers 0.2660, 13 servers 0.1441
  test('erlang-c: the fewest for which the share that waits is reached', () => {
    expect(staffed(0.9, { rule: 'erlang-c', waiting: 0.3 })).toBe(12)
    expect(staffed(0.9, { rule: 'erlang-c', waiting: 0.2 })).toBe(13)
    expect(erlangC(12, 9)).toBeLessThan(0.3)
    expect(erlangC(11, 9)).toBeGreaterThan(0.3)
  })

  test('serversFor is the least number, for every load, and never above the most', () => {
    for (let load_ = 0.25; load_ < 60; load_ *= 1.3) {
      const c = serversFor(load_, 0.2, 1000)
      expect(erlangC(c, load_)).toBeLessThanOrEqual(0.2)
      if (c - 1 > load_) expect(erlangC(c - 1, load_)).toBeGreaterThan(0.2)
    }
    expect(serversFor(100, 0.2, 30)).toBe(30)
  })

  test('beta 1: close to what Erlang C asks for at 22 % for large loads (Halfin-Whitt)', () => {
    const scaled = (load_: number): number => Math.abs(serversFor(load_, 0.2234, 1e6) - Math.ceil(load_ + Math.sqrt(load_)))
    expect([100, 1000, 10_000].map(scaled).every((difference) => difference <= 1)).toBe(true)
  })

  test('scaleDownWindow: the highest recommendation within the window', () => {
    const window = scaler({ scaleDownWindow: 60 * SECOND })
    window.desired(load({ now: 0, replicas: 10, utilization: 0.9 }))
    expect(window.desired(load({ now: 30 * SECOND, replicas: 12, ready: 12, utilization: 0.2 }))).toBe(12)
    expect(window.desired(load({ now: 90 * SECOND, replicas: 12, ready: 12, utilization: 0.2 }))).toBe(4)
  })
})
