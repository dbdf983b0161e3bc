import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { valuesOf } from '../../../common/define.ts'
import type { ParameterValue } from '../../../common/define.ts'
import type { LoadView, ReplicaAutoscaler } from '../policy.ts'
import { targetUtilization } from './target-utilization.ts'
import { context, load, SECOND } from '../replicas.fixture.ts'

function scaler(values: Readonly<Record<string, ParameterValue>> = {}): ReplicaAutoscaler {
  return targetUtilization.create(valuesOf(targetUtilization.parameters, values), context)!
}

/** One decision of an autoscaler without a window. */
const once = (given: Partial<LoadView>, values: Readonly<Record<string, ParameterValue>> = {}): number =>
  scaler({ scaleDownWindow: 0, ...values }).desired(load(given))

describe('the ratio rule: ceil(measured * utilization / target)', () => {
  test.each([
    { replicas: 10, utilization: 0.84, expect: 12, why: '0.84 / 0.7 = 1.2, 12 (12.000000000000002 in doubles)' },
    { replicas: 10, utilization: 0.85, expect: 13, why: '0.85 / 0.7 = 1.214, 12.14 up' },
    { replicas: 3, utilization: 1.4, expect: 6, why: 'ratio 2' },
    { replicas: 20, utilization: 2, expect: 58, why: 'all at a limit of twice the request: 40 / 0.7 = 57.14 up' },
    { replicas: 10, utilization: 0.35, expect: 5, why: 'ratio 0.5' },
    { replicas: 10, utilization: 0.36, expect: 6, why: '3.6 / 0.7 = 5.14 up' },
    { replicas: 10, utilization: 0, expect: 0, why: 'nothing used; the caller keeps the minimum' },
    { replicas: 1, utilization: 0.3, expect: 1, why: '0.43 up' },
  ])('$replicas pods at $utilization of target 0.7: $expect ($why)', ({ expect: wanted, why: _why, ...given }) => {
    expect(once(given)).toBe(wanted)
  })

  test.each([
    { utilization: 0.76, expect: 10, why: 'ratio 1.086' },
    { utilization: 0.77, expect: 10, why: 'ratio 1.1, the edge belongs to the band' },
    { utilization: 0.78, expect: 12, why: 'ratio 1.114, 11.14 up' },
    { utilization: 0.63, expect: 10, why: 'ratio 0.9, the edge belongs to the band' },
    { utilization: 0.62, expect: 9, why: 'ratio 0.886, 8.86 up' },
  ])('tolerance 0.1: 10 pods at $utilization: $expect ($why)', ({ utilization, expect: wanted }) => {
    expect(once({ utilization })).toBe(wanted)
  })

  test('only measured pods count: 6 of 10 at 140 % need 12, as 6 of 12 do', () => {
    expect(once({ replicas: 10, measured: 6, utilization: 1.4 })).toBe(12) // 8.4 / 0.7
    expect(once({ replicas: 12, measured: 6, utilization: 1.4 })).toBe(12)
  })

  test('pods that are not measured count with 0: within the tolerance of that nothing changes, and the ratio of the measured ones alone is not used', () => {
    // 4 of 8 at 75.6 % of target 0.35: ratio 2.16, over all 8 1.08
    expect(once({ replicas: 8, measured: 4, utilization: 0.756 }, { target: 0.35 })).toBe(8)
    expect(once({ replicas: 8, measured: 8, utilization: 0.378 }, { target: 0.35 })).toBe(8)
    // 2.24 and 1.12: 8.96 up
    expect(once({ replicas: 8, measured: 4, utilization: 0.784 }, { target: 0.35 })).toBe(9)
  })

  test('a ratio above 1 never lowers, one below 1 never raises, whichever pods were measured', () => {
    // 6 of 40 desired pods are ready and overloaded: 6 * 1.4 / 0.7 = 12, but 34 are starting
    expect(once({ replicas: 40, measured: 6, utilization: 1.4 })).toBe(40)
    // 9 terminating pods were measured along with 3 desired ones: 12 * 0.5 / 0.7 = 8.6 up
    expect(once({ replicas: 3, measured: 12, utilization: 0.5 })).toBe(3)
  })

  test('without samples: no change', () => {
    expect(once({ replicas: 7, measured: 0, utilization: NaN })).toBe(7)
    expect(once({ replicas: 7, measured: 0, utilization: 0 })).toBe(7)
    expect(once({ replicas: 7, utilization: NaN })).toBe(7)
  })

  test('the result keeps the measured work within the target, with the fewest pods', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5000 }),
        fc.integer({ min: 1, max: 400 }),
        fc.integer({ min: 1, max: 200 }),
        (replicas, used, target) => {
          const wanted = once({ replicas, utilization: used / 100 }, { target: target / 100, tolerance: 0 })
          // in whole percent: replicas * used <= wanted * target, and one pod less would exceed it
          expect(replicas * used).toBeLessThanOrEqual(wanted * target)
          expect(replicas * used).toBeGreaterThan((wanted - 1) * target)
        },
      ),
    )
  })
})

describe('the scale-down window: never below the highest recommendation within it', () => {
  /** Decides every 15 s with these utilizations, each result being the next size; returns the results. */
  function follow(utilizations: readonly number[], values: Readonly<Record<string, ParameterValue>>, replicas = 10): number[] {
    const asked = scaler(values)
    const answers: number[] = []
    for (const [i, utilization] of utilizations.entries()) {
      replicas = asked.desired(load({ now: i * 15 * SECOND, replicas, utilization }))
      answers.push(replicas)
    }
    return answers
  }

  test('the first scale-down is delayed by a whole window from the first decision, at which the present size is a recommendation', () => {
    // 10 pods at 35 %: recommendation 5 from the start; the 10 of time 0 is 60 s old at the fifth decision
    expect(follow([0.35, 0.35, 0.35, 0.35, 0.35], { scaleDownWindow: 60 * SECOND })).toEqual([10, 10, 10, 10, 5])
  })

  test('up at once; down when the peak has left the window, to the highest recommendation since', () => {
    // recommendations: 20 (ratio 2), then of 20 pods: 6 (0.21: ratio 0.3), 12 (0.42: 0.6), 4 (0.14: 0.2), 4; the 20 of time 0 leaves at 45 s,
    // where 12 of 30 s is the highest. At 60 s (12 pods at 0.14: 2.4 up to 3) it is still; at 75 s the 12 has left: 4 of 45 s is.
    expect(follow([1.4, 0.21, 0.42, 0.14, 0.14, 0.14], { scaleDownWindow: 45 * SECOND })).toEqual([20, 20, 20, 12, 12, 4])
  })

  test('the window only delays scale-down: upward recommendations are the same with and without it', () => {
    expect(follow([1.4, 0.7, 1.4], { scaleDownWindow: 300 * SECOND })).toEqual([20, 20, 40])
  })

  test('the result is not recorded as a recommendation: a peak does not sustain itself', () => {
    const answers = follow([1.4, ...new Array<number>(8).fill(0.35)], { scaleDownWindow: 30 * SECOND })
    // 20 from time 0 counts at 15 s and leaves at 30 s; the recommendation of 15 s is 10 (20 at 0.35) and so on down
    expect(answers.slice(0, 4)).toEqual([20, 20, 10, 10])
    expect(answers.at(-1)).toBeLessThan(5)
  })

  test('an idle service falls to 0, and not to -0', () => {
    expect(follow([0, 0, 0, 0], { scaleDownWindow: 30 * SECOND })).toEqual([10, 10, 0, 0])
  })

  test('decisions without samples record nothing and change nothing', () => {
    expect(follow([0.35, NaN, NaN, 0.35], { scaleDownWindow: 45 * SECOND })).toEqual([10, 10, 10, 5])
  })

  test('equals the maximum over all recommendations younger than the window, found by a scan of all', () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(sizes, fc.integer({ min: 0, max: 12 }), (tenths, periods) => {
        const length = periods * 15 * SECOND
        const asked = scaler({ scaleDownWindow: length, tolerance: 0, target: 1 })
        const recommendations: { time: number; replicas: number }[] = [{ time: 0, replicas: 10 }]
        for (const [i, tenth] of tenths.entries()) {
          const now = i * 15 * SECOND
          const replicas = tenth // 10 pods at tenth / 10 of target 1
          const recent = recommendations.filter(({ time }) => now - time < length).map((one) => one.replicas)
          expect(asked.desired(load({ now, replicas: 10, utilization: tenth / 10 }))).toBe(Math.max(replicas, ...recent))
          recommendations.push({ time: now, replicas })
        }
      }),
    )
  })
})

describe('each parameter has an effect', () => {
  test('target', () => {
    expect([once({ utilization: 0.84 }, { target: 0.7 }), once({ utilization: 0.84 }, { target: 0.5 })]).toEqual([12, 17]) // 16.8 up
  })

  test('tolerance', () => {
    expect([once({ utilization: 0.84 }, { tolerance: 0.1 }), once({ utilization: 0.84 }, { tolerance: 0.25 })]).toEqual([12, 10])
  })

  test('scaleDownWindow', () => {
    const at30 = (scaleDownWindow: number): number => {
      const asked = scaler({ scaleDownWindow })
      asked.desired(load({ now: 0, utilization: 0.35 }))
      return asked.desired(load({ now: 30 * SECOND, utilization: 0.35 }))
    }
    expect([at30(300 * SECOND), at30(30 * SECOND), at30(0)]).toEqual([10, 5, 5])
  })

  test('every', () => {
    expect([scaler().every, scaler({ every: 60 * SECOND }).every]).toEqual([15 * SECOND, 60 * SECOND])
  })

  test('the defaults are those of Kubernetes: 15 s, 0.1, 300 s; the target is our choice', () => {
    expect(valuesOf(targetUtilization.parameters)).toEqual({
      target: 0.7,
      tolerance: 0.1,
      scaleDownWindow: 300 * SECOND,
      every: 15 * SECOND,
    })
  })
})
