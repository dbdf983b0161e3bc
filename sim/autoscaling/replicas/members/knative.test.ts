import { describe, expect, test } from 'vitest'
import { valuesOf, type ParameterValue } from '../../../common/define.ts'
import type { LoadView } from '../policy.ts'
import { context, load, SECOND } from '../replicas.fixture.ts'
import { knative } from './knative.ts'

type Given = Readonly<Record<string, ParameterValue>>

/** The decisions of one autoscaler every 2 s from 0 on, each with this load. A pod takes 10 in all and shall have 7, unless given otherwise. */
function decisions(given: Given, views: readonly Partial<LoadView>[]): number[] {
  const scaler = knative.create(valuesOf(knative.parameters, { total: 10, ...given }), context)!
  return views.map((view, i) => scaler.desired(load({ replicas: 1, ready: 1, ...view, now: 2 * i * SECOND })))
}
/** `count` decisions with as many requests in all pods. */
const steady = (inAll: number, ready: number, count: number): Partial<LoadView>[] =>
  Array.from({ length: count }, () => ({ replicas: ready, ready, inFlight: inAll / ready, rate: inAll }))

describe('knative', () => {
  test('ceil(average / (total * utilization)): 20 requests in 4 pods need ceil(20 / 7) = 3, with a utilization of 100 % 2', () => {
    expect(decisions({ panicThreshold: 10 }, steady(20, 1, 1))).toEqual([3])
    expect(decisions({ panicThreshold: 10, utilization: 1 }, steady(20, 1, 1))).toEqual([2])
    expect(decisions({ panicThreshold: 10, total: 100 }, steady(20, 1, 1))).toEqual([1])
  })

  test('rps: arrivals instead of requests in flight', () => {
    const view = { ...steady(20, 1, 1)[0], rate: 70 }
    expect(decisions({ metric: 'rps', panicThreshold: 10, maxScaleUpRate: 1000 }, [view])).toEqual([10])
  })

  test('a surge from 7 to 70 requests in one pod: at (7 + 7 + 70) / 3 = 28 in the panic window of 6 s, 4 pods of 1, it panics and stays up', () => {
    const views = [...steady(7, 1, 10), ...steady(70, 1, 1), ...steady(7, 4, 40)]
    const found = decisions({}, views)
    expect(found[10]).toBe(4) // panic; the stable average is 12.7 and needs 2
    expect(found.slice(11, 41).every((desired) => desired === 4)).toBe(true) // 60 s after the last excess, at 24 s
    expect(found[50]).toBe(2) // floor(4 / 2)
    expect(decisions({ panicThreshold: 5 }, views)[10]).toBe(2)
    expect(decisions({ panicWindow: 1 }, views)[10]).toBe(2)
  })

  test('a shorter stable window forgets sooner: 6 s after 63 requests 7 / 7 = 1 in 6 s, (63 + 3 * 7) / 4 / 7 = 3 in 60 s', () => {
    const views = [...steady(63, 1, 1), ...steady(7, 1, 3)]
    expect(decisions({ panicThreshold: 10 }, views)[3]).toBe(3)
    expect(decisions({ panicThreshold: 10, stableWindow: 6 * SECOND, panicWindow: 1 }, views)[3]).toBe(1)
  })

  test('rates of one decision: of 2 ready pods up to ceil(1.5 * 2) = 3, of 8 down to floor(8 / 4) = 2', () => {
    expect(decisions({ panicThreshold: 10, maxScaleUpRate: 1.5 }, steady(70, 1, 1))).toEqual([2])
    const down = [...steady(7, 1, 1), ...steady(7, 8, 1)]
    expect(decisions({ maxScaleDownRate: 4 }, down)[1]).toBe(2)
    expect(decisions({}, down)[1]).toBe(4)
  })

  test('averages 28, 14, 9.3, 0, 0 need 4, 2, 2, 0, 0. scaleDownDelay: 4 for the slots of 8 s; activationScale: at least 3 while there are requests, then 0', () => {
    const views = [...steady(28, 1, 1), ...steady(0, 1, 4)]
    expect(decisions({ panicThreshold: 10, scaleDownDelay: 8 * SECOND, stableWindow: 6 * SECOND, panicWindow: 1 }, views)).toEqual([
      4, 4, 4, 4, 2,
    ])
    expect(decisions({ activationScale: 3, stableWindow: 6 * SECOND, panicWindow: 1, panicThreshold: 10 }, views)).toEqual([4, 3, 3, 0, 0])
  })

  test('from 0: the arrivals are the demand, 14 of a second need 2', () => {
    expect(decisions({}, [{ replicas: 0, ready: 0, inFlight: NaN, rate: 14 }])).toEqual([2])
  })
})
