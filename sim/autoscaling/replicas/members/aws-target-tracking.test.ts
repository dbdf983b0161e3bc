import { describe, expect, test } from 'vitest'
import { valuesOf, type ParameterValue } from '../../../common/define.ts'
import type { LoadView } from '../policy.ts'
import { context, load, SECOND } from '../replicas.fixture.ts'
import { awsTargetTracking } from './aws-target-tracking.ts'

const MINUTE = 60 * SECOND

/** Decisions one minute apart; the size that is set is the next present one. */
function play(given: Record<string, ParameterValue>, views: readonly Partial<LoadView>[], initial = 10): number[] {
  const scaler = awsTargetTracking.create(
    valuesOf(awsTargetTracking.parameters, { target: 50, outCooldown: 0, inCooldown: 0, ...given }),
    context,
  )!
  let replicas = initial
  return views.map(
    (view, i) => (replicas = scaler.desired(load({ now: i * MINUTE, replicas, ready: replicas, measured: replicas, ...view }))),
  )
}
const at = (utilization: number, times: number): Partial<LoadView>[] => Array.from({ length: times }, () => ({ utilization }))

describe('aws-target-tracking', () => {
  test('three minutes above the target: 10 replicas at 75 % of a target of 50 % become 15', () => {
    expect(play({}, at(0.75, 3))).toEqual([10, 10, 15])
  })

  test('outPeriods: one minute is enough', () => {
    expect(play({ outPeriods: 1 }, at(0.75, 1))).toEqual([15])
  })

  test('fifteen minutes below 90 % of the target: 10 replicas at 25 % become 5; at 46 % none leaves', () => {
    expect(play({}, at(0.25, 15))).toEqual([...new Array<number>(14).fill(10), 5])
    expect(play({}, at(0.46, 30)).at(-1)).toBe(10)
  })

  test('inPeriods and low: two minutes below 100 % of the target', () => {
    expect(play({ inPeriods: 2, low: 1 }, at(0.46, 2))).toEqual([10, 10])
    expect(play({ inPeriods: 2, low: 1 }, at(0.44, 2))).toEqual([10, 9])
  })

  test('disableScaleIn: nothing leaves', () => {
    expect(play({ disableScaleIn: true }, at(0.25, 20)).at(-1)).toBe(10)
  })

  test('outCooldown: within it no further replicas, unless more are asked for than the last scale-out set', () => {
    // 10 at 75 %: 15; then 15 replicas at 40 %, and 15 at 60 %: 18, more than 15
    expect(play({ outPeriods: 1, outCooldown: 5 * MINUTE }, [...at(0.75, 1), ...at(0.4, 1), ...at(0.6, 1)])).toEqual([15, 15, 18])
    // a scale-in meanwhile: 15 at 20 % become 6; 6 at 75 % ask for 9, which is not more than 15
    const given = { outPeriods: 1, inPeriods: 1, outCooldown: 5 * MINUTE }
    expect(play(given, [...at(0.75, 1), ...at(0.2, 1), ...at(0.75, 1)])).toEqual([15, 6, 6])
    expect(play({ ...given, outCooldown: 0 }, [...at(0.75, 1), ...at(0.2, 1), ...at(0.75, 1)])).toEqual([15, 6, 9])
  })

  test('inCooldown: a second scale-in waits', () => {
    const given = { inPeriods: 1, inCooldown: 2 * MINUTE }
    expect(play(given, at(0.25, 3))).toEqual([5, 5, 3])
  })

  test('warmup: no scale-in while the new replicas warm up', () => {
    const given = { outPeriods: 1, inPeriods: 1 }
    expect(play({ ...given, warmup: 3 * MINUTE }, [...at(0.75, 1), ...at(0.1, 3)])).toEqual([15, 15, 15, 3])
    expect(play(given, [...at(0.75, 1), ...at(0.1, 1)])).toEqual([15, 3])
  })

  test('metric: 100 requests per second over 10 pods are 600 a minute each; a target of 300 doubles', () => {
    expect(play({ metric: 'requests-per-target', target: 300, outPeriods: 1 }, [{ rate: 100 }])).toEqual([20])
  })
})
