import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { valuesOf } from '../../../common/define.ts'
import type { ParameterValue } from '../../../common/define.ts'
import { context, load, SECOND } from '../replicas.fixture.ts'
import { scheduled } from './scheduled.ts'

const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
type Given = Record<string, ParameterValue>
const scaler = (given: Given) => scheduled.create(valuesOf(scheduled.parameters, given), context)!
const at = (elapsed: number, given: Given, replicas = 7) => scaler(given).desired(load({ elapsed, now: elapsed + HOUR, replicas }))

const times = [
  { at: 5 * MINUTE, replicas: 20 },
  { at: 10 * MINUTE, replicas: 4 },
]

describe('scheduled', () => {
  test('20 from minute 5, 4 from minute 10; unchanged before the first', () => {
    expect([0, 5 * MINUTE - 1, 5 * MINUTE, 10 * MINUTE - 1, 10 * MINUTE, 99 * HOUR].map((time) => at(time, { times }))).toEqual([
      7, 7, 20, 20, 4, 4,
    ])
  })

  // KEDA's cron scaler: 10 replicas from 6:00 to 20:00, else the minimum
  test('every day 10 from 6:00 to 20:00, else 1: on the second day before 6:00 the previous evening’s number holds', () => {
    const day = {
      times: [
        { at: 6 * HOUR, replicas: 10 },
        { at: 20 * HOUR, replicas: 1 },
      ],
      repeat: 24 * HOUR,
    }
    expect([5, 6, 19, 20, 24 + 5, 24 + 6, 24 + 20, 48 + 6].map((hour) => at(hour * HOUR, day))).toEqual([7, 10, 10, 1, 1, 10, 1, 10])
  })

  test('the load does not matter, nor do missing samples', () => {
    const asked = scaler({ times })
    expect(asked.desired(load({ elapsed: 6 * MINUTE, measured: 0, utilization: NaN, inFlight: NaN, rate: NaN }))).toBe(20)
    expect(asked.desired(load({ elapsed: 6 * MINUTE, utilization: 5, inFlight: 999 }))).toBe(20)
  })

  test('the same as the last time in all repetitions written out', () => {
    const schedule = fc
      .uniqueArray(fc.nat(99), { minLength: 1, maxLength: 8 })
      .map((minutes) => minutes.sort((a, b) => a - b).map((minute, i) => ({ at: minute * MINUTE, replicas: i + 1 })))
    fc.assert(
      fc.property(schedule, fc.nat(1000), (rows, minute) => {
        const written = Array.from({ length: 12 }, (_, day) => rows.map((row) => ({ ...row, at: row.at + day * 100 * MINUTE }))).flat()
        const last = written.findLast((row) => row.at <= minute * MINUTE)
        expect(at(minute * MINUTE, { times: rows, repeat: 100 * MINUTE })).toBe(last?.replicas ?? 7)
      }),
    )
  })
})

describe('each parameter has an effect', () => {
  test('times, repeat, every', () => {
    expect([at(6 * MINUTE, { times }), at(6 * MINUTE, { times: [{ at: 6 * MINUTE, replicas: 3 }] })]).toEqual([20, 3])
    expect([at(26 * MINUTE, { times }), at(26 * MINUTE, { times, repeat: 20 * MINUTE })]).toEqual([4, 20])
    expect([scaler({ times }).every, scaler({ times, every: MINUTE }).every]).toEqual([SECOND, MINUTE])
  })
})

describe('values that do not fit together are reported with their path', () => {
  const problems = (given: Given) =>
    scheduled.problems!(valuesOf(scheduled.parameters, given)).map(({ path, message }) => `${path.join('.')} ${message}`)

  test('no times, times out of order, times beyond the repetition', () => {
    expect(problems({})).toEqual(['times found no times; accepted: at least one, such as [{ at: 5m, replicas: 20 }]'])
    expect(problems({ times: [...times].reverse() })).toEqual(['times.1.at found 5m after 10m; accepted: times in rising order'])
    expect(problems({ times, repeat: 10 * MINUTE })).toEqual([
      'times.1.at found 10m with repeat: 10m; accepted: times below the repetition',
    ])
    expect(problems({ times, repeat: 11 * MINUTE })).toEqual([])
  })
})
