import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { valuesOf } from '../../common/define.ts'
import { Outcome, QUEUE } from '../policy.ts'
import { Clock, context, filled, histories, noExclude, picks, replay, request, requestOf, seeded } from '../slb.fixture.ts'
import { Rates } from '../structures/c3/rates.ts'
import { Scores } from '../structures/c3/scores.ts'
import { C3Twin, c3 } from './c3.ts'
import { slowCases } from '../../testing/cases.ts'

const MS = 1000

describe('scores', () => {
  test('R - T + T q^3 with q = 1 + w × in flight + Q: 10 - 4 + 4 (1 + 5 × 2 + 3)^3 = 10982', () => {
    const scores = new Scores(0.9, 3, 5)
    scores.open(0)
    scores.observe(0, 10, 4, 3)
    scores.update(0, 2)
    expect(scores.score[0]).toBe(6 + 4 * 14 * 14 * 14)
    scores.observe(0, 20, 4, 13) // outside 0.9 × 16 + 0.1 × 6, queue 0.9 × 13 + 0.1 × 3
    scores.update(0, 0)
    expect(scores.score[0]).toBeCloseTo(15 + 4 * 13 * 13 * 13, 6)
  })
})

describe('rates', () => {
  const rates = (): Rates => {
    const made = new Rates(20 * MS)
    made.open(0, 0)
    return made
  }

  test('10 tokens at first, and 10 per interval of 20 ms', () => {
    const one = rates()
    for (let i = 0; i < 10; i++) one.take(0, 0)
    expect(one.allows(0, 0)).toBe(false)
    expect(one.nextAt(0, 0)).toBe(2 * MS)
    expect(one.allows(0, 2 * MS)).toBe(true)
  })

  test('a limit above the receive rate is cut to a fifth, once the hysteresis of two intervals has passed', () => {
    const one = rates()
    one.answered(0, 1)
    one.answered(0, 20 * MS) // receive rate 0.1
    expect(one.limitOf(0)).toBe(10)
    one.answered(0, 41 * MS)
    expect(one.limitOf(0)).toBe(2)
  })

  test('below the receive rate it grows as 4e-6 (t - (0.2 R0 / 4e-6)^(1/3))^3 + R0 of the ms since the cut', () => {
    const one = rates()
    one.answered(0, 1)
    one.answered(0, 41 * MS) // cut from 10 at 41 ms
    let now = 41 * MS
    let [from, cutAt] = [10, now]
    // 40 answers an interval: the limit is cut further until the receive rate is above it, then it grows.
    for (let grows = false; !grows;) {
      const before = one.limitOf(0)
      one.answered(0, (now += 500))
      if (one.limitOf(0) < before) [from, cutAt] = [before, now]
      grows = one.limitOf(0) > before
    }
    const x = (now - cutAt) / MS - Math.cbrt((from * 0.2) / 4e-6)
    expect(one.limitOf(0)).toBeCloseTo(4e-6 * x * x * x + from, 9)
  })
})

describe('c3', () => {
  const make = (given = {}) => {
    const clock = new Clock()
    return { clock, balancer: filled(c3.create(valuesOf(c3.parameters, given), context(seeded('c3'), clock)), [1, 1]) }
  }

  test('backends without a response take turns; a slow one is avoided until the cube of the queue outweighs it', () => {
    const { balancer } = make({ rateControl: false })
    expect(picks(balancer, 4)).toEqual([0, 1, 0, 1])
    for (const [slot, latency] of [
      [0, 1000],
      [1, 8000],
      [0, 1000],
      [1, 8000],
    ]) {
      balancer.answered!(slot, 0, latency) // prettier-ignore
      balancer.ended(slot, latency, Outcome.Answered)
    }
    // Scores 1000 (1 + k)^3 and 8000 (1 + k)^3: equal at one in flight, where the one that has been unchanged longer wins.
    expect(picks(balancer, 3)).toEqual([0, 1, 0])
  })

  test('when all are at their rate, requests queue until the next token', () => {
    const { balancer, clock } = make()
    expect(new Set(picks(balancer, 20))).toEqual(new Set([0, 1]))
    expect(balancer.pick(request, noExclude)).toBe(QUEUE)
    expect(clock.timers.map(({ time }) => time)).toEqual([2 * MS])
    expect(balancer.pick(requestOf(-1, 0, 1), noExclude)).toBe(QUEUE) // behind the queued one
    clock.time = 2 * MS
    balancer.woke!(0)
    expect(balancer.pick({ ...requestOf(-1, 0, 1), again: true }, noExclude)).toBeGreaterThanOrEqual(0)
  })

  test('a scan of all scores picks the same', () => {
    fc.assert(
      fc.property(histories(fc.constant(1)), (history) => {
        const fast = c3.create(valuesOf(c3.parameters, { rateControl: false }), context())
        expect(replay(fast, history)).toEqual(replay(new C3Twin(), history))
      }),
      { numRuns: slowCases(100, 20) },
    )
  })
})
