import { describe, expect, test } from 'vitest'
import { valuesOf, type ParameterValue } from '../../../common/define.ts'
import { context, load, SECOND } from '../replicas.fixture.ts'
import { awsSimple } from './aws-simple.ts'

const MINUTE = 60 * SECOND

function play(given: Record<string, ParameterValue>, utilizations: readonly number[], max = 1000): number[] {
  const scaler = awsSimple.create(valuesOf(awsSimple.parameters, { cooldown: 0, ...given }), context)!
  let replicas = 10
  return utilizations.map((utilization, i) => (replicas = scaler.desired(load({ now: i * MINUTE, replicas, utilization, max }))))
}

describe('aws-simple', () => {
  test('one replica per alarm, out at 70 % and in at 40 %', () => {
    expect(play({}, [0.7, 0.69, 0.41, 0.4])).toEqual([11, 11, 11, 10])
  })

  test('cooldown: nothing for five minutes after a change, in either direction', () => {
    expect(play({ cooldown: 5 * MINUTE }, [0.9, 0.9, 0.1, 0.1, 0.1, 0.1])).toEqual([11, 11, 11, 11, 11, 10])
  })

  test('a decision at the bound is no change and starts no cooldown', () => {
    expect(play({ cooldown: 5 * MINUTE }, [0.9, 0.1], 10)).toEqual([10, 9])
  })

  test('unit and adjustments: 25 percent of 10 are 2, half of 12 are 6', () => {
    expect(play({ unit: 'percent', outAdjust: 25, inAdjust: -50 }, [0.9, 0.1])).toEqual([12, 6])
  })

  test('thresholds', () => {
    expect(play({ outThreshold: 50, inThreshold: 20 }, [0.6, 0.3, 0.2])).toEqual([11, 11, 10])
  })

  test('periods: two minutes in a row', () => {
    expect(play({ outPeriods: 2, inPeriods: 2 }, [0.9, 0.5, 0.9, 0.9, 0.1, 0.1])).toEqual([10, 10, 10, 11, 11, 10])
  })

  test('a threshold for scale-in that is not below the other is refused', () => {
    expect(awsSimple.problems!(valuesOf(awsSimple.parameters, { inThreshold: 80 }))[0].message).toContain('found 80 with outThreshold: 70')
  })
})
