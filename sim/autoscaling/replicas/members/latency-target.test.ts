import { describe, expect, test } from 'vitest'
import { valuesOf, type ParameterValue } from '../../../common/define.ts'
import type { LoadView } from '../policy.ts'
import { context, load, SECOND } from '../replicas.fixture.ts'
import { latencyTarget } from './latency-target.ts'

const once = (view: Partial<LoadView>, given: Record<string, ParameterValue> = {}) =>
  latencyTarget
    .create(valuesOf(latencyTarget.parameters, { scaleDownWindow: 0, ...given }), context)!
    .desired(load({ replicas: 10, ready: 10, rate: 100, ...view }))

describe('latency-target', () => {
  // L = lambda W: 10 pods with 1.5 requests each, 100 arrivals per second: 150 ms
  test('150 ms over a target of 100 ms: 15 of 10 replicas', () => {
    expect(once({ inFlight: 1.5 })).toBe(15)
  })

  test('target: 150 ms over a target of 300 ms: 5', () => {
    expect(once({ inFlight: 1.5 }, { target: 0.3 * SECOND })).toBe(5)
  })

  test('tolerance: 105 ms changes nothing with 10 %, and with 0 adds one', () => {
    expect(once({ inFlight: 1.05 })).toBe(10)
    expect(once({ inFlight: 1.05 }, { tolerance: 0 })).toBe(11)
  })

  test('maxRatio: ten times the target doubles, or triples with 3', () => {
    expect(once({ inFlight: 10 })).toBe(20)
    expect(once({ inFlight: 10 }, { maxRatio: 3 })).toBe(30)
  })

  test('scaleDownWindow: the first decision records the present size', () => {
    expect(once({ inFlight: 0.5 }, { scaleDownWindow: 300 * SECOND })).toBe(10)
    expect(once({ inFlight: 0.5 })).toBe(5)
  })

  test('without arrivals nothing is known', () => {
    expect(once({ inFlight: 0, rate: 0 })).toBe(10)
  })
})
