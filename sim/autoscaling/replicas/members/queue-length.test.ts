import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { valuesOf } from '../../../common/define.ts'
import type { ParameterValue } from '../../../common/define.ts'
import type { LoadView } from '../policy.ts'
import { queueLength } from './queue-length.ts'
import { context, load, SECOND } from '../replicas.fixture.ts'

type Given = Record<string, ParameterValue>
const scaler = (given: Given = {}) => queueLength.create(valuesOf(queueLength.parameters, given), context)!
const once = (view: Partial<LoadView>, given: Given = {}) => scaler({ scaleDownWindow: 0, ...given }).desired(load(view))

describe('queue-length', () => {
  // Amazon EC2 Auto Scaling User Guide, scaling based on Amazon SQS: 0.1 s a message and 10 s of latency accepted give 100 per replica;
  // 1,500 messages for 10 replicas are 150 each, so that 5 more are started
  test('desired = ceil(backlog / target): 1,500 requests at 100 a replica want 15, five more than 10', () => {
    expect(once({ replicas: 10, measured: 10, inFlight: 150 }, { target: 100 })).toBe(15)
  })

  // KEDA, aws-sqs-queue: a target of 10 and 30 messages want 3 pods
  test('30 requests at 10 a replica want 3', () => {
    expect(once({ replicas: 1, measured: 1, inFlight: 30 }, { target: 10 })).toBe(3)
  })

  test('the backlog is that of all ready pods, however many replicas are wanted at present', () => {
    expect(once({ replicas: 12, ready: 8, measured: 2, inFlight: 20 }, { target: 5 })).toBe(32)
  })

  test('rounding of means adds no replica: 3 pods with 100/3 each want 20 of 5, not 21', () => {
    expect(once({ replicas: 3, measured: 3, inFlight: 100 / 3 }, { target: 5 })).toBe(20)
  })

  test('equals ceil(backlog / target), but at least one, where tolerance and window are 0', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.nat(50), fc.integer({ min: 1, max: 40 }), (pods, each, target) => {
        expect(once({ replicas: pods, measured: pods, inFlight: each }, { target, tolerance: 0 })).toBe(
          Math.max(1, Math.ceil((pods * each) / target)),
        )
      }),
    )
  })

  test('the last replica is kept while requests arrive or are left, and without samples nothing changes', () => {
    expect(once({ replicas: 3, inFlight: 0 })).toBe(1)
    expect(once({ replicas: 3, inFlight: 0, rate: 0 })).toBe(0)
    expect(once({ replicas: 3, inFlight: 0.1, rate: 0 })).toBe(1)
    expect(once({ replicas: 3, measured: 0, inFlight: NaN, rate: NaN })).toBe(3)
  })

  // KEDA: 0 to max(1, minReplicas) at once when a trigger is active, to 0 when none was active for the cool-down of 300 s
  test('without pods: arrivals call the first one at once; the step to 0 is delayed by the window after the last arrival', () => {
    const empty = { replicas: 0, ready: 0, measured: 0, inFlight: NaN, queued: NaN, min: 0 }
    expect([once({ ...empty, rate: 0.1 }), once({ ...empty, rate: 0 })]).toEqual([1, 0])
    expect(once({ ...empty, replicas: 4, rate: 20 })).toBe(4) // they are starting
    const asked = scaler()
    const at = (seconds: number, rate: number) => asked.desired(load({ now: seconds * SECOND, replicas: 1, min: 0, inFlight: 0, rate }))
    expect([at(0, 1), at(100, 1), at(115, 0), at(385, 0), at(400, 0)]).toEqual([1, 1, 1, 1, 0])
  })

  test('both bounds of the tolerance are inside: 10 pods at 5 a replica, between 45 and 55 requests', () => {
    expect([4.4, 4.5, 5.5, 5.6].map((inFlight) => once({ inFlight }))).toEqual([9, 10, 10, 12]) // ceil(8.8), ceil(11.2)
  })
})

describe('each parameter has an effect', () => {
  test('target, tolerance, every', () => {
    expect([5, 10].map((target) => once({ inFlight: 20 }, { target }))).toEqual([40, 20])
    expect([0.1, 0.5].map((tolerance) => once({ inFlight: 6 }, { tolerance }))).toEqual([12, 10])
    expect([scaler().every, scaler({ every: SECOND }).every]).toEqual([15 * SECOND, SECOND])
  })

  test('counts: every request in the pods, or the queued ones', () => {
    expect(['all', 'queued'].map((counts) => once({ inFlight: 20, queued: 16 }, { counts }))).toEqual([40, 32])
  })

  test('scaleDownWindow: the first scale-down is delayed by it, a scale-up is not', () => {
    const at = (seconds: number, scaleDownWindow: number): number => {
      const asked = scaler({ scaleDownWindow })
      asked.desired(load({ now: 0, inFlight: 1 }))
      return asked.desired(load({ now: seconds * SECOND, inFlight: 1 }))
    }
    expect([at(30, 60 * SECOND), at(60, 60 * SECOND), at(30, 0)]).toEqual([10, 2, 2])
    expect(scaler().desired(load({ inFlight: 20 }))).toBe(40)
  })

  test('the defaults: KEDA’s 5 messages with those in flight; 15 s, 0.1 and 300 s of the HPA', () => {
    expect(valuesOf(queueLength.parameters)).toEqual({
      target: 5,
      counts: 'all',
      tolerance: 0.1,
      scaleDownWindow: 300 * SECOND,
      every: 15 * SECOND,
    })
  })
})
