import { describe, expect, test } from 'vitest'
import { adoptReplicaAutoscaler } from './index.ts'
import type { LoadView, ReplicaAutoscaler } from './policy.ts'
import { context, load, SECOND } from './replicas.fixture.ts'
import { valuesOf } from '../../common/define.ts'
import type { ParameterValue } from '../../common/define.ts'

function made(exported: unknown, values: Record<string, ParameterValue> = {}): ReplicaAutoscaler | null {
  const adopted = adoptReplicaAutoscaler(exported)
  if ('problems' in adopted) throw new Error(adopted.problems.join('\n'))
  return adopted.definition.create(valuesOf(adopted.definition.parameters, values), context)
}

/** A user's file: a rate of requests for each replica. */
const byRate = {
  name: 'by-rate',
  parameters: { perReplica: 50 },
  desired: ({ rate }: LoadView, { perReplica }: { perReplica: number }) => Math.ceil(rate / perReplica),
}

describe('the short form: { name, every?, desired(load, values) }', () => {
  test('is called with the view and the parameters', () => {
    expect(made(byRate)!.desired(load({ rate: 420 }))).toBe(9)
    expect(made(byRate, { perReplica: 100 })!.desired(load({ rate: 420 }))).toBe(5)
  })

  test('every: 15 s when not given, a duration, whole microseconds, or a parameter that YAML can set', () => {
    expect(made(byRate)!.every).toBe(15 * SECOND)
    expect(made({ ...byRate, every: '1m30s' })!.every).toBe(90 * SECOND)
    expect(made({ ...byRate, every: 500_000 })!.every).toBe(500_000)
    const withParameter = {
      ...byRate,
      parameters: { ...byRate.parameters, every: { kind: 'duration', default: 30 * SECOND, meaning: 'period' } },
    }
    expect(made(withParameter)!.every).toBe(30 * SECOND)
    expect(made(withParameter, { every: 5 * SECOND })!.every).toBe(5 * SECOND)
  })

  test.each([NaN, -1, 2.5, undefined, '3'])('%s is refused as a number of replicas', (answer) => {
    expect(() => made({ name: 'confused', desired: () => answer })!.desired(load({}))).toThrow(
      `confused: desired must return a whole number of replicas from 0, found ${String(answer)}`,
    )
  })
})

describe('the form with state: { name, create(values, context) }', () => {
  test('an autoscaler with state of its own, or null', () => {
    const counting = {
      name: 'counting',
      create() {
        let asked = 0
        return { every: 2 * SECOND, desired: () => ++asked }
      },
    }
    const one = made(counting)!
    expect([one.every, one.desired(load({})), one.desired(load({})), made(counting)!.desired(load({}))]).toEqual([2 * SECOND, 1, 2, 1])
    expect(made({ name: 'off', create: () => null })).toBeNull()
  })

  test('a wrong result is an error with the name of the autoscaler', () => {
    expect(() => made({ name: 'half', create: () => ({ desired: () => 1 }) })).toThrow(
      'half: create must return null or { every, desired(view) }',
    )
    expect(() => made({ name: 'half', create: () => undefined })).toThrow('half: create must return null or')
    expect(() => made({ name: 'wrong', create: () => ({ every: 1, desired: () => NaN }) })!.desired(load({}))).toThrow(
      'wrong: desired must return',
    )
  })
})

describe('all problems of an export are reported together, when the file is read', () => {
  test.each(['15', 'soon', 0, -5, 1.5, null, '0s'])('every: %s', (every) => {
    const adopted = adoptReplicaAutoscaler({ ...byRate, every })
    const found = JSON.stringify(every)
    expect(adopted).toEqual({ problems: [`every must be a duration above 0 such as '15s', or whole microseconds, found ${found}`] })
  })

  test('several problems', () => {
    const adopted = adoptReplicaAutoscaler({ name: 'X', every: 'soon' })
    expect('problems' in adopted && adopted.problems).toHaveLength(3) // name, no function, every
    expect(adoptReplicaAutoscaler(undefined)).toEqual({
      problems: ['the default export must be an object with a name and desired or create, found no default export'],
    })
  })
})
