import { describe, expect, test } from 'vitest'
import { valuesOf, type ParameterValue } from '../../../common/define.ts'
import { context, load, SECOND } from '../replicas.fixture.ts'
import { pid } from './pid.ts'

const scaler = (given: Record<string, ParameterValue>) =>
  pid.create(valuesOf(pid.parameters, { target: 0.5, proportional: 0, integral: 0, derivative: 0, every: 10 * SECOND, ...given }), context)!
const series = (given: Record<string, ParameterValue>, utilizations: readonly number[], more = {}) => {
  const controller = scaler(given)
  return utilizations.map((utilization) => controller.desired(load({ replicas: 10, ready: 10, utilization, ...more })))
}

describe('pid', () => {
  // error: 10 (0.75 / 0.5 - 1) = 5 pods are missing; 0.02 * 5 * 10 s = 1 replica per decision
  test('integral: 5 missing pods at 0.02 per pod and second add one replica in 10 s', () => {
    expect(series({ integral: 0.02 }, [0.75, 0.75, 0.75])).toEqual([11, 12, 13])
  })

  test('proportional: only a change of the error counts; from 0 to 5 missing pods at 0.4 adds 2', () => {
    expect(series({ proportional: 0.4 }, [0.5, 0.75, 0.75])).toEqual([10, 12, 12])
  })

  // e: 0, 5, 5; second differences 0, 5, -5 over 10 s, times 4: +2, -2
  test('derivative: a jump of the error is answered and taken back', () => {
    expect(series({ derivative: 4 }, [0.5, 0.75, 0.75])).toEqual([10, 12, 10])
  })

  test('no windup: after an hour at the maximum the first decision below the target goes down', () => {
    const controller = scaler({ integral: 0.02 })
    for (let i = 0; i < 360; i++) controller.desired(load({ replicas: 20, ready: 20, utilization: 1, max: 20 }))
    expect(controller.desired(load({ replicas: 20, ready: 20, utilization: 0.25, max: 20 }))).toBe(18) // 20 - 0.02 * 10 * 10
  })

  test('target: at the target nothing changes', () => {
    expect(series({ integral: 0.02, target: 0.75 }, [0.75, 0.75])).toEqual([10, 10])
  })

  test('a constant load of 6 pods at 60 %: settles at 10 and stays', () => {
    const controller = scaler({ target: 0.6, proportional: 0.3, integral: 0.01 })
    let replicas = 4
    for (let i = 0; i < 200; i++) replicas = controller.desired(load({ replicas, ready: replicas, utilization: 6 / replicas }))
    expect(replicas).toBe(10)
  })
})
