import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { valuesOf } from '../../common/define.ts'
import type { ParameterValue } from '../../common/define.ts'
import { replicaAutoscalers } from './index.ts'
import type { LoadView, ReplicaAutoscaler } from './policy.ts'
import { context, load, SECOND } from './replicas.fixture.ts'

const shares = fc.oneof(fc.constant(NaN), fc.double({ min: 0, max: 5, noNaN: true }))
const amounts = fc.oneof(fc.constant(NaN), fc.double({ min: 0, max: 1e6, noNaN: true }))
const views = fc.array(
  fc.record({
    replicas: fc.nat(500),
    measured: fc.nat(500),
    ready: fc.nat(500),
    utilization: shares,
    rate: amounts,
    inFlight: amounts,
    queued: amounts,
  }),
  { maxLength: 80 },
)

/** Values other than the defaults that take other branches. */
const further: Readonly<Record<string, readonly Readonly<Record<string, ParameterValue>>[]>> = {
  hpa: [
    { rules: 'behavior', scaleUpWindow: 60 * SECOND, scaleUpSelect: 'Min', scaleDownSelect: 'Disabled' },
    { rules: 'behavior', scaleDownPolicies: [{ type: 'Pods', value: 1, period: 60 * SECOND }], cpuInitialization: 0, scaleDownWindow: 0 },
  ],
  step: [
    { metric: 'request-rate', adjustment: 'percent' },
    { metric: 'in-flight', adjustment: 'exact', inSteps: [{ from: 0, adjust: 2 }] },
  ],
  knative: [{ metric: 'rps', scaleDownDelay: 60 * SECOND, activationScale: 4, total: 1 }],
  keda: [{ triggers: [{ metric: 'rate', target: 3, activation: 5 }], cooldown: 0, polling: 60 * SECOND }],
  'aws-target-tracking': [{ metric: 'requests-per-target', inPeriods: 1, outPeriods: 1 }],
  'aws-simple': [{ unit: 'percent', outAdjust: 50, inAdjust: -50, cooldown: 0 }],
  'square-root-staffing': [{ rule: 'erlang-c' }],
  pid: [{ derivative: 3 }],
  'seasonal-naive': [{ slot: 30 * SECOND, season: 120 * SECOND, reactive: false }],
  'holt-winters': [{ slot: 15 * SECOND, season: 60 * SECOND, reactive: false, beta: 1 }],
  autoregressive: [{ slot: 15 * SECOND, order: 2, history: 10, reactive: false }],
  histogram: [{ slot: 15 * SECOND, season: 60 * SECOND, reactive: false, percentile: 0.2 }],
  'queue-length': [{ counts: 'queued', tolerance: 0 }],
  scheduled: [
    {
      times: [
        { at: 20 * SECOND, replicas: 3 },
        { at: 50 * SECOND, replicas: 0 },
      ],
      repeat: 60 * SECOND,
    },
  ],
}

const members = replicaAutoscalers.all.flatMap((definition) =>
  [{}, ...(further[definition.name] ?? [])].map((given) => ({ name: `${definition.name} ${JSON.stringify(given)}`, definition, given })),
)

describe.each(members)('the replica autoscaler contract: $name', ({ definition, given: values }) => {
  const fresh = (): ReplicaAutoscaler | null => definition.create(valuesOf(definition.parameters, values), context)

  const play = (scaler: ReplicaAutoscaler, given: readonly Partial<LoadView>[]): number[] =>
    given.map((view, i) => scaler.desired(load({ ...view, now: i * 15 * SECOND })))

  test('a whole number from 0, whatever the view, and a period above 0', () => {
    const scaler = fresh()
    if (scaler === null) return expect(definition.name).toBe('none')
    expect(Number.isInteger(scaler.every) && scaler.every > 0).toBe(true)
    fc.assert(
      fc.property(views, (given) => {
        for (const wanted of play(fresh()!, given)) {
          expect(Number.isInteger(wanted)).toBe(true)
          expect(Object.is(Math.max(0, wanted), wanted)).toBe(true) // not below 0, and not -0
        }
      }),
    )
  })

  test('without samples: no change', () => {
    const scaler = fresh()
    if (scaler === null) return expect(definition.name).toBe('none')
    expect(scaler.desired(load({ replicas: 9, measured: 0, utilization: NaN, rate: NaN, inFlight: NaN, queued: NaN }))).toBe(9)
  })

  test('the same views give the same answers; two services share no state', () => {
    if (fresh() === null) return expect(definition.name).toBe('none')
    fc.assert(
      fc.property(views, views, (given, other) => {
        const alone = play(fresh()!, given)
        const first = fresh()!
        const second = fresh()!
        play(second, other)
        expect(play(first, given)).toEqual(alone)
      }),
    )
  })
})
