import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { valuesOf } from '../../../common/define.ts'
import type { ParameterValue } from '../../../common/define.ts'
import type { LoadView } from '../policy.ts'
import { context, load, SECOND } from '../replicas.fixture.ts'
import { percentOf, step } from './step.ts'

const MINUTE = 60 * SECOND
type Given = Record<string, ParameterValue>
const scaler = (given: Given = {}) => step.create(valuesOf(step.parameters, given), context)!

/** Decides once a minute with these metrics in percent; each result is the size at the next decision. */
function follow(metrics: readonly number[], given: Given, replicas = 10, view: Partial<LoadView> = {}): number[] {
  const asked = scaler(given)
  let size = replicas
  return metrics.map((metric, i) => (size = asked.desired(load({ now: i * MINUTE, replicas: size, utilization: metric / 100, ...view }))))
}

const noCooldown = { outCooldown: 0, inCooldown: 0 }

describe('the documented example: +10 % from 60, +30 % from 70, -10 % from 40, -30 % from 30', () => {
  const policy = {
    adjustment: 'percent',
    outThreshold: 60,
    outSteps: [
      { from: 0, adjust: 10 },
      { from: 10, adjust: 30 },
    ],
    inThreshold: 40,
    inSteps: [
      { from: 0, adjust: -10 },
      { from: -10, adjust: -30 },
    ],
    ...noCooldown,
  }

  // Amazon EC2 Auto Scaling User Guide, step adjustments
  test('10; at 60: 10 % of 10, 11; at 70: 30 % of 11 = 3.3, 14; at 40: 10 % of 14 = 1.4, 13; at 30: 30 % of 13 = 3.9, 10', () => {
    expect(follow([50, 60, 70, 40, 30], policy)).toEqual([10, 11, 14, 13, 10])
  })

  test('bounds: from 60 on and below 70; down to 40, and above 30', () => {
    expect([59.99, 60, 69.99, 70].map((metric) => follow([metric], policy)[0])).toEqual([10, 11, 11, 13])
    expect([40.01, 40, 30.01, 30].map((metric) => follow([metric], policy)[0])).toEqual([10, 9, 9, 7])
  })
})

describe('the interval of a step, as in the API reference: a threshold of 50, lower bound 0, upper bound 10', () => {
  test('scale-out: at or above 50 and below 60; scale-in by -10 .. 0: above 40 and at or below 50', () => {
    const out = {
      outThreshold: 50,
      outSteps: [
        { from: 0, adjust: 1 },
        { from: 10, adjust: 2 },
      ],
      inSteps: [],
    }
    expect([49.9, 50, 59.9, 60].map((metric) => follow([metric], out)[0] - 10)).toEqual([0, 1, 1, 2])
    const down = {
      inThreshold: 50,
      inSteps: [
        { from: 0, adjust: -1 },
        { from: -10, adjust: -2 },
      ],
      outSteps: [],
    }
    expect([50.1, 50, 40.1, 40].map((metric) => follow([metric], down)[0] - 10)).toEqual([0, -1, -1, -2])
  })

  test('a first step that starts beyond the threshold leaves a gap without changes', () => {
    expect([70, 79, 80].map((metric) => follow([metric], { outSteps: [{ from: 10, adjust: 4 }] })[0])).toEqual([10, 10, 14])
  })
})

describe('percent', () => {
  // Amazon's rule for rounding: above 1 down, between 0 and 1 up to 1, and the same below 0
  test.each([
    { replicas: 127, percent: 10, change: 12 }, // 12.7
    { replicas: 67, percent: 1, change: 1 }, // 0.67
    { replicas: 58, percent: -1, change: -1 }, // -0.58
    { replicas: 667, percent: -1, change: -6 }, // -6.67
    { replicas: 10, percent: 10, change: 1 },
    { replicas: 30, percent: 10, change: 3 }, // and not 3.0000000000000004
    { replicas: 0, percent: 50, change: 0 },
  ])('$percent % of $replicas is $change', ({ replicas, percent, change }) => {
    expect(percentOf(replicas, percent, 1)).toBe(change)
  })

  test('25 % of 4 is 1, and 2 with a minimum of 2 (API reference, MinAdjustmentMagnitude)', () => {
    const policy = { adjustment: 'percent', outSteps: [{ from: 0, adjust: 25 }] }
    expect([follow([90], policy, 4)[0], follow([90], { ...policy, minimum: 2 }, 4)[0]]).toEqual([5, 6])
  })
})

describe('cooldowns', () => {
  // API reference: an alarm adds 2; within the cooldown a step of 3 adds 1, "the previous increase of 2 is part of the current capacity"
  test('scale-out by 2 at a small breach, then 1 more at the step of 3, and nothing at the step of 2 again', () => {
    const policy = {
      outSteps: [
        { from: 0, adjust: 2 },
        { from: 10, adjust: 3 },
      ],
      outCooldown: 5 * MINUTE,
    }
    expect(follow([75, 75, 85, 85, 75], policy)).toEqual([12, 12, 13, 13, 13])
  })

  test('after the cooldown the same step adds again, to the size at that time', () => {
    const policy = { outSteps: [{ from: 0, adjust: 2 }], outCooldown: 3 * MINUTE }
    expect(follow([75, 75, 75, 75, 75], policy)).toEqual([12, 12, 12, 14, 14])
  })

  test('scale-in is delayed by its own cooldown, not by that of scale-out; a scale-out ends it', () => {
    const policy = { inCooldown: 5 * MINUTE, outCooldown: 5 * MINUTE }
    expect(follow([30, 30, 30, 30, 30, 30], policy)).toEqual([9, 9, 9, 9, 9, 8])
    expect(follow([75, 30, 30], policy)).toEqual([11, 10, 10])
    expect(follow([30, 30, 75, 30, 30], { ...policy, outCooldown: 0 })).toEqual([9, 9, 10, 9, 9])
  })

  test('after 10 -> 12 -> 11 a step of 2 adds the 1 that was removed; after 10 -> 12 -> 7 it adds 2, not the 5 up to the earlier size', () => {
    const policy = {
      outSteps: [{ from: 0, adjust: 2 }],
      inSteps: [
        { from: 0, adjust: -1 },
        { from: -20, adjust: -5 },
      ],
      outCooldown: 5 * MINUTE,
      inCooldown: 0,
    }
    expect(follow([75, 30, 75], policy)).toEqual([12, 11, 12])
    expect(follow([75, 10, 75], policy)).toEqual([12, 7, 9])
  })

  test('a step without effect at the bounds starts no cooldown', () => {
    const policy = { outSteps: [{ from: 0, adjust: 2 }], inCooldown: 5 * MINUTE, outCooldown: 5 * MINUTE }
    expect(follow([30, 75, 30], policy, 10, { max: 9 })).toEqual([9, 9, 9]) // the scale-out at the bound did not end the cooldown of scale-in
    expect(follow([30, 75, 30], policy, 10)).toEqual([9, 11, 10])
  })
})

describe('alarms', () => {
  test('consecutive periods: one below resets the count, one without data neither counts nor resets', () => {
    const policy = { outPeriods: 3, outCooldown: 0 }
    expect(follow([75, 75, 75], policy)).toEqual([10, 10, 11])
    expect(follow([75, 75, 50, 75, 75, 75], policy)).toEqual([10, 10, 10, 10, 10, 11])
    expect(follow([75, 75, NaN, 75], policy)).toEqual([10, 10, 10, 11])
    expect(follow([75, 75, 75, 75], policy)).toEqual([10, 10, 11, 12]) // an alarm continues
  })

  test('the result stays within the bounds of the service', () => {
    const metrics = fc.array(fc.oneof(fc.constant(NaN), fc.double({ min: 0, max: 300, noNaN: true })), { maxLength: 60 })
    const kinds = fc.constantFrom(
      { adjustment: 'change' },
      { adjustment: 'percent', minimum: 3 },
      { adjustment: 'exact', outSteps: [{ from: 0, adjust: 50 }], inSteps: [{ from: 0, adjust: 0 }] },
    )
    fc.assert(
      fc.property(metrics, kinds, (given, policy) => {
        for (const size of follow(given, { ...policy, ...noCooldown }, 10, { min: 2, max: 30 })) expect(size >= 2 && size <= 30).toBe(true)
      }),
    )
  })
})

describe('each parameter has an effect', () => {
  const once = (view: Partial<LoadView>, given: Given) => scaler(given).desired(load(view))

  test('metric: percent of the request, requests a second and ready pod, requests in a pod', () => {
    const view = { utilization: 0.5, rate: 1000, ready: 10, inFlight: 60 }
    expect(['utilization', 'request-rate', 'in-flight'].map((metric) => once(view, { metric, outThreshold: 55, inThreshold: 1 }))).toEqual([
      10, 11, 11,
    ])
    expect(once({ ...view, rate: 500 }, { metric: 'request-rate', outThreshold: 55, inThreshold: 1 })).toBe(10)
    expect(once({ ...view, ready: 0 }, { metric: 'request-rate' })).toBe(10)
  })

  test('adjustment', () => {
    const sizes = ['change', 'percent', 'exact'].map((adjustment) =>
      once({ utilization: 0.9 }, { adjustment, outSteps: [{ from: 0, adjust: 30 }] }),
    )
    expect(sizes).toEqual([40, 13, 30])
  })

  test('thresholds, steps, periods, cooldowns, every', () => {
    expect(once({ utilization: 0.9 }, { outThreshold: 95 })).toBe(10)
    expect(once({ utilization: 0.3 }, { inThreshold: 20 })).toBe(10)
    expect(once({ utilization: 0.3 }, { inSteps: [{ from: 0, adjust: -4 }] })).toBe(6)
    expect(follow([30, 30], { inPeriods: 2 })).toEqual([10, 9])
    expect([scaler().every, scaler({ every: 30 * SECOND }).every]).toEqual([MINUTE, 30 * SECOND])
  })
})

describe('values that do not fit together are reported with their path', () => {
  const problems = (given: Given) =>
    step.problems!(valuesOf(step.parameters, given)).map(({ path, message }) => `${path.join('.')} ${message}`)

  test.each([
    {
      given: {
        outSteps: [
          { from: 10, adjust: 1 },
          { from: 10, adjust: 2 },
        ],
      },
      wanted: ['outSteps.1.from found 10 after 10; accepted: rising order'],
    },
    {
      given: { outSteps: [{ from: -1, adjust: 1 }] },
      wanted: ['outSteps.0.from found -1; accepted: a difference of at least 0, above the threshold'],
    },
    {
      given: {
        inSteps: [
          { from: 0, adjust: -1 },
          { from: 5, adjust: -1 },
        ],
      },
      wanted: ['inSteps.1.from found 5; accepted: a difference of at most 0, below the threshold'],
    },
    { given: { inSteps: [{ from: 0, adjust: 1 }] }, wanted: ['inSteps.0.adjust found 1; accepted: at most 0: these steps scale in'] },
    { given: { outSteps: [{ from: 0, adjust: -1 }] }, wanted: ['outSteps.0.adjust found -1; accepted: at least 0: these steps scale out'] },
    {
      given: { adjustment: 'exact', inSteps: [], outSteps: [{ from: 0, adjust: -1 }] },
      wanted: ['outSteps.0.adjust found -1 with adjustment: exact; accepted: a number of replicas from 0'],
    },
    { given: { inThreshold: 70 }, wanted: ['inThreshold found 70 with outThreshold: 70; accepted: a threshold below that one'] },
    { given: { inThreshold: 70, inSteps: [] }, wanted: [] },
    { given: {}, wanted: [] },
  ])('$given', ({ given, wanted }) => {
    expect(problems(given)).toEqual(wanted)
  })
})
