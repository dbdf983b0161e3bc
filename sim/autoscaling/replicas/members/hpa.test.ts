import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { valuesOf, type ParameterValue } from '../../../common/define.ts'
import type { LoadView, PodSample, PodSamples, ReplicaAutoscaler } from '../policy.ts'
import { context, load, pod, SECOND } from '../replicas.fixture.ts'
import { proposed } from '../hpa/calculator.ts'
import type { MetricTarget } from '../hpa/observation.ts'
import { hpa } from './hpa.ts'

type Given = Readonly<Record<string, ParameterValue>>
const made = (given: Given = {}): ReplicaAutoscaler => hpa.create(valuesOf(hpa.parameters, { target: 0.5, ...given }), context)!

/** `count` pods of 1 core that each use this many millicores, and others; the view has as many replicas. */
const seen = (count: number, used: number, others: readonly PodSample[] = [], given: Partial<LoadView> = {}): LoadView =>
  load({ replicas: count + others.length, pods: [...Array.from({ length: count }, () => pod({ used })), ...others], ...given })

/** The decision after a first one, whose size counts as a recommendation of its own time. */
function down(view: LoadView, given: Given = {}): number {
  const autoscaler = made({ scaleDownWindow: 0, ...given })
  autoscaler.desired(seen(view.replicas, 500, [], { now: -15 * SECOND, sampled: -15 * SECOND }))
  return autoscaler.desired(view)
}

describe('the ratio rule', () => {
  test('4 pods at 90 % with a target of 50 %: ceil(1.8 * 4) = 8; 55 % is within the tolerance of 10 %, 56 % needs ceil(1.12 * 4) = 5', () => {
    expect([900, 550, 560].map((used) => made().desired(seen(4, used)))).toEqual([8, 4, 5])
    expect(made({ tolerance: 0.2 }).desired(seen(4, 560))).toBe(4)
  })

  test('whole percents: 4 pods at 55.9 % are 55 %, within the tolerance', () => {
    expect(made().desired(seen(4, 559))).toBe(4)
  })

  test('at most double at once, and at least 4: of 1 pod at 1000 % 4, of 3 pods 6', () => {
    expect([made().desired(seen(1, 10_000)), made().desired(seen(3, 10_000))]).toEqual([4, 6])
  })

  test('the first decision counts as a recommendation: down from 8 to ceil(0.5 * 8) = 4 when it is older than the window', () => {
    const autoscaler = made({ scaleDownWindow: 60 * SECOND })
    const at = (second: number): number => autoscaler.desired(seen(8, 250, [], { now: second * SECOND, sampled: second * SECOND }))
    expect([at(0), at(60), at(61)]).toEqual([8, 8, 4])
  })
})

describe('pods that start', () => {
  const starting = pod({ ready: false, started: -10 * SECOND, readySince: -10 * SECOND, used: 0 })
  /** Ready for 10 s, with a window of 30 s. */
  const fresh = pod({ started: -40 * SECOND, readySince: -10 * SECOND, used: 300 })

  test('count with 0 when the ratio of the others is above 1: 4 at 90 % and 4 that start are 45 % of all, which holds 8', () => {
    expect(made().desired(seen(4, 900, [starting, starting, starting, starting]))).toBe(8)
  })

  test('count nothing when it is below: 4 at 30 % of 50 % with 2 that start go to ceil(0.6 * 4) = 3', () => {
    expect(down(seen(4, 300, [starting, starting]))).toBe(3)
  })

  test('cpuInitialization: a window that began before the pod was ready does not count, unless the pod started long ago', () => {
    const views = seen(4, 900, [fresh])
    expect(made().desired(views)).toBe(8) // (3600 + 0) / 5 = 72 %: ceil(1.44 * 5)
    expect(made({ cpuInitialization: 0 }).desired(views)).toBe(8) // (3600 + 300) / 5 = 78 %: ceil(1.56 * 5)
    const overloaded = seen(4, 300, [pod({ started: -40 * SECOND, readySince: -10 * SECOND, used: 900 })])
    expect(down(overloaded)).toBe(3) // 30 %: ceil(0.6 * 4)
    expect(down(overloaded, { cpuInitialization: 0 })).toBe(5) // 42 %: ceil(0.84 * 5)
  })

  test('initialReadinessDelay: not ready since 20 s after its start is never ready with a delay of 30 s, and counts with one of 10 s', () => {
    const lost = pod({ ready: false, started: -400 * SECOND, readySince: -380 * SECOND, used: 900 })
    const view = seen(4, 300, [lost])
    expect(down(view)).toBe(3)
    expect(down(view, { initialReadinessDelay: 10 * SECOND })).toBe(5)
  })

  test('a pod without a sample counts with 100 % in a scale-down: (4 * 300 + 1000) / 5 = 44 %: ceil(0.88 * 5) = 5', () => {
    expect(down(seen(4, 300, [pod({ used: NaN })]))).toBe(5)
  })
})

describe('behavior', () => {
  const behavior = (given: Given): ReplicaAutoscaler => made({ rules: 'behavior', ...given })

  test('defaults: up by the larger of 4 pods and 100 % in 15 s, so of 1 pod at 1000 % to 5, of 10 pods to 20', () => {
    expect([behavior({}).desired(seen(1, 10_000)), behavior({}).desired(seen(10, 10_000))]).toEqual([5, 20])
  })

  test('policies and selection: Min of 4 pods and 100 % is 2 pods of 1; one of 1 pod in a minute holds until the minute is over; Disabled', () => {
    expect(behavior({ scaleUpSelect: 'Min' }).desired(seen(1, 10_000))).toBe(2)
    const slow = behavior({ scaleUpPolicies: [{ type: 'Pods', value: 1, period: 60 * SECOND }] })
    const at = (second: number, replicas: number): number =>
      slow.desired(seen(replicas, 10_000, [], { now: second * SECOND, sampled: second * SECOND }))
    expect([at(0, 4), at(15, 5), at(60, 5)]).toEqual([5, 5, 6])
    expect(behavior({ scaleDownWindow: 0, scaleDownSelect: 'Disabled' }).desired(seen(8, 100))).toBe(8)
    const slowly = behavior({ scaleDownWindow: 0, scaleDownPolicies: [{ type: 'Pods', value: 2, period: 15 * SECOND }] })
    expect(slowly.desired(seen(8, 100))).toBe(6)
  })

  test('scaleUpWindow: not above the lowest recommendation within it', () => {
    const autoscaler = behavior({ scaleUpWindow: 30 * SECOND })
    const at = (second: number): number => autoscaler.desired(seen(4, 900, [], { now: second * SECOND, sampled: second * SECOND }))
    expect([at(0), at(15), at(31)]).toEqual([4, 4, 8])
  })

  test('its parameters are refused without it', () => {
    const values = valuesOf(hpa.parameters, { scaleUpSelect: 'Min' })
    expect(hpa.problems!(values)).toEqual([
      { path: ['scaleUpSelect'], message: 'found with rules: plain, which has no such limit; accepted: with rules: behavior' },
    ])
    expect(hpa.problems!(valuesOf(hpa.parameters, { scaleUpSelect: 'Min', rules: 'behavior' }))).toEqual([])
  })
})

describe('metrics for all pods together', () => {
  const decided = (target: MetricTarget, currentReplicas: number) =>
    proposed({
      target,
      currentReplicas,
      tolerances: { up: 0.1, down: 0.1 },
      readiness: { cpuInitialization: 0, initialDelay: 0 },
      pods: [],
      observed: [7000],
    })

  test('from 0 replicas: ceil(7000 / 2000) = 4 for a value and a value per pod; the average over no pods is the least 64-bit number', () => {
    expect(decided({ source: 'External', value: 2000 }, 0).replicas).toBe(4)
    expect(decided({ source: 'External', averageValue: 2000 }, 0)).toMatchObject({ replicas: 4, usage: -9_223_372_036_854_775_808 })
  })

  test('a value without any pod is an error that says what could not be counted', () => {
    expect(() => decided({ source: 'Object', value: 2000 }, 3)).toThrow('unable to calculate ready pods: no pods returned by selector')
  })
})

test('pods that are alike count as each by itself: 6 at 90 % and 2 that start', () => {
  const starting = [
    pod({ started: 0, ready: false, readySince: 0, used: NaN }),
    pod({ started: 0, ready: false, readySince: 0, used: NaN }),
  ]
  const alike = [{ ...pod({ used: 900 }), count: 6 }, ...starting.map((one) => ({ ...one, count: 1 }))]
  expect(made().desired(seen(6, 900, starting, { alike }))).toBe(made().desired(seen(6, 900, starting)))
})

/** A decision: the use of the old pods, that of one that started at some time, and whether the list of pods is another one. */
const decision = fc.record({
  old: fc.constantFrom(240, 500, 500.4, 501, 620, 900),
  others: fc.nat(2),
  young: fc.constantFrom(0, 200, 500, 900),
  again: fc.boolean(),
  wait: fc.constantFrom(5, 15, 15, 60),
})

test('equal samples are not read twice: decides as an HPA that reads every pod in every period', () => {
  fc.assert(
    fc.property(
      fc.array(decision, { minLength: 10, maxLength: 60 }),
      fc.boolean(),
      fc.constantFrom(0, 60, 300),
      (decisions, rules, window) => {
        const given = { scaleDownWindow: window * SECOND, ...(rules ? { rules: 'behavior' } : {}) }
        const [autoscaler, twin] = [made(given), made(given)]
        let list: { -readonly [K in keyof PodSamples]: PodSamples[K] }[] = []
        let [now, replicas] = [0, 6]
        for (const { old, others, young, again, wait } of decisions) {
          now += wait * SECOND
          if (again || list.length !== 1 + others) {
            list = [{ ...pod({ used: old }), count: 4 }, ...Array.from({ length: others }, (_, i) => ({ ...pod(), started: now - i * 200 * SECOND, readySince: now - i * 100 * SECOND, count: 1 }))] // prettier-ignore
          }
          list.forEach((one, i) => (one.used = i === 0 ? old : young))
          const seenAt = { now, replicas, sampled: now - 2 * SECOND }
          const pods = list.flatMap((one) => Array.from({ length: one.count }, () => ({ ...one, count: 1 })))
          const decided = autoscaler.desired(load({ ...seenAt, pods, alike: list }))
          expect(decided).toBe(twin.desired(load({ ...seenAt, pods })))
          replicas = Math.min(40, Math.max(1, decided))
        }
      },
    ),
    { numRuns: 100 },
  )
})
