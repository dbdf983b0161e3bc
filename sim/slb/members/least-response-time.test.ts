import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { valuesOf } from '../../common/define.ts'
import type { ParameterValue } from '../../common/define.ts'
import { leastResponseTime, LeastResponseTimeTwin } from './least-response-time.ts'
import { Outcome } from '../policy.ts'
import type { Balancer } from '../policy.ts'
import { ResponseCosts } from '../structures/response-costs.ts'
import { Clock, context, filled, histories, letters, picks, replay, request, scripted, seeded } from '../slb.fixture.ts'

const MS = 1000 // µs
const SECOND = 1000 * MS

function made(given: Record<string, ParameterValue> = {}, clock = new Clock(), draws: readonly number[] = []): Balancer {
  return leastResponseTime.create(valuesOf(leastResponseTime.parameters, given), context(scripted(draws), clock))
}

describe('the averages', () => {
  test('plain: cost w + r (1 - w) with w = e^(-gap / decay), the first taken whole, constant in between', () => {
    const costs = new ResponseCosts(10 * SECOND, false)
    costs.open(0)
    costs.observe(0, 100 * MS, 0)
    expect(costs.cost(0, 5 * SECOND)).toBe(100 * MS)
    costs.observe(0, 300 * MS, 10 * SECOND) // w = 1/e: 100/e + 300 (1 - 1/e) = 226.4
    expect(costs.cost(0, 99 * SECOND) / MS).toBeCloseTo(100 / Math.E + 300 * (1 - 1 / Math.E), 9)
  })

  test('peak: up at once, down by e^(-gap / decay), as Finagle’s PeakEwma computes it', () => {
    const costs = new ResponseCosts(10 * SECOND, true)
    costs.open(0)
    costs.observe(0, 100 * MS, 0)
    costs.observe(0, 300 * MS, SECOND)
    expect(costs.cost(0, SECOND) / MS).toBeCloseTo(300, 9)
    expect(costs.cost(0, 11 * SECOND) / MS).toBeCloseTo(300 / Math.E, 9)
    costs.observe(0, 50 * MS, 11 * SECOND) // below 300 when last seen: 300/e + 50 (1 - 1/e)
    expect(costs.cost(0, 11 * SECOND) / MS).toBeCloseTo(300 / Math.E + 50 * (1 - 1 / Math.E), 9)
  })

  test('peak, with looks between: the literal algorithm, in which a look is an observation of 0, step by step', () => {
    const decay = 2 * SECOND
    const step = fc.record({ gap: fc.integer({ min: 0, max: 3 * SECOND }), latency: fc.option(fc.integer({ min: 1, max: SECOND })) })
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 400 }), (steps) => {
        const costs = new ResponseCosts(decay, true)
        costs.open(0)
        let cost = 0
        let stamp = 0
        let now = 0
        const observe = (r: number): void => {
          const w = Math.exp((stamp - now) / decay)
          cost = r > cost ? r : cost * w + r * (1 - w)
          stamp = now
        }
        for (const { gap, latency } of steps) {
          now += gap
          observe(latency ?? 0)
          if (latency === null) costs.look(now)
          else costs.observe(0, latency, now)
          expect(Math.abs(costs.cost(0, now) - cost)).toBeLessThanOrEqual(1e-9 * cost)
        }
      }),
    )
  })

  test('a move of the common origin has no effect: two hours at a decay of one second', () => {
    const costs = new ResponseCosts(SECOND, true)
    costs.open(0)
    costs.open(1)
    let moved = 0
    for (let t = 0; t < 7200; t++) if (costs.observe(0, 100 * MS, t * SECOND)) moved++
    costs.observe(1, 200 * MS, 7200 * SECOND)
    expect(moved).toBeGreaterThan(30)
    expect(costs.cost(1, 7201 * SECOND) / MS).toBeCloseTo(200 / Math.E, 9)
    expect(costs.cost(0, 7199 * SECOND) / MS).toBeCloseTo(100, 9)
  })
})

describe('least-response-time', () => {
  test('cost (in flight + 1): one that answers in 10 ms takes four requests before one of 45 ms gets one', () => {
    const balancer = filled(made(), [1, 1])
    expect(letters(picks(balancer, 2))).toBe('ab') // none has history: idle ones in turn
    balancer.ended(0, 10 * MS, Outcome.Answered)
    balancer.ended(1, 45 * MS, Outcome.Answered)
    expect(letters(picks(balancer, 6))).toBe('aaaaba') // 10 20 30 40 | 45 50 | 50 90
  })

  test('one without an answer yet gets one request, and no second while any other has history', () => {
    const balancer = filled(made(), [1, 1, 1])
    expect(letters(picks(balancer, 3))).toBe('abc')
    balancer.ended(1, 900 * MS, Outcome.Answered)
    expect(letters(picks(balancer, 4))).toBe('bbbb')
  })

  test('per weight: 10 ms at weight 1 and 30 ms at weight 5, so 10, 20 ... against 6, 12 ...', () => {
    const balancer = filled(made(), [1, 5])
    picks(balancer, 2)
    balancer.ended(0, 10 * MS, Outcome.Answered)
    balancer.ended(1, 30 * MS, Outcome.Answered)
    expect(letters(picks(balancer, 4))).toBe('babb') // 10/6, 10/12, 20/12, 20/18
  })

  test('answers and timeouts measure; refusals, rejections and losses do not', () => {
    const after = (outcome: Outcome): string => {
      const balancer = filled(made(), [1, 1])
      picks(balancer, 2)
      balancer.ended(0, 10 * MS, Outcome.Answered)
      balancer.ended(1, 20 * MS, Outcome.Answered)
      balancer.pick(request, 0)
      balancer.ended(1, 1, outcome)
      return letters(picks(balancer, 1))
    }
    // if 1 µs were counted at the same time, the average would still be 20 ms (w = 1); the second case below has the clock advance
    expect([Outcome.Refused, Outcome.Rejected, Outcome.Lost].map(after)).toEqual(['a', 'a', 'a'])
    const clock = new Clock()
    const later = (outcome: Outcome): string => {
      const balancer = filled(made({}, clock), [1, 1])
      picks(balancer, 2)
      balancer.ended(0, 10 * MS, Outcome.Answered)
      balancer.ended(1, 20 * MS, Outcome.Answered)
      balancer.pick(request, 0)
      clock.time += 100 * SECOND
      balancer.ended(1, MS, outcome)
      return letters(picks(balancer, 1))
    }
    expect([Outcome.Answered, Outcome.TimedOut, Outcome.Refused, Outcome.Rejected, Outcome.Lost].map(later)).toEqual([
      'b',
      'b',
      'a',
      'a',
      'a',
    ])
  })

  test.each([
    { average: 'ewma', decay: 10 * SECOND },
    { average: 'peak-ewma', decay: 10 * SECOND },
    { average: 'peak-ewma', decay: MS },
  ])('$average, decay $decay: picks as the twin, through any history', ({ average, decay }) => {
    const weights = fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 9 }))
    fc.assert(
      fc.property(histories(weights), (history) => {
        const [clock, other] = [new Clock(), new Clock()]
        const answers = replay(made({ average, decay }, clock), history, {}, clock)
        expect(answers).toEqual(replay(new LeastResponseTimeTwin(decay, average === 'peak-ewma', other.now), history, {}, other))
      }),
      { numRuns: 200 },
    )
  })
})

describe('each parameter has an effect', () => {
  /** Two backends, a measured as 10 ms and b as 30 ms; a is slow once, a while passes, a answers fast again. */
  function afterSpike(given: Record<string, ParameterValue>): number {
    const clock = new Clock()
    const balancer = filled(made(given, clock), [1, 1])
    picks(balancer, 2)
    balancer.ended(0, 10 * MS, Outcome.Answered)
    balancer.ended(1, 30 * MS, Outcome.Answered)
    balancer.pick(request, 1)
    clock.time += 100 * MS
    balancer.ended(0, 200 * MS, Outcome.Answered)
    return balancer.pick(request, -1)
  }

  test('average: after one response of 200 ms the plain average is 12 ms and the peak 200 ms', () => {
    expect([afterSpike({}), afterSpike({ average: 'peak-ewma' })]).toEqual([0, 1])
  })

  test('decay: with 100 ms the same response weighs 63 % in the plain average', () => {
    expect([afterSpike({ decay: 10 * SECOND }), afterSpike({ decay: 100 * MS })]).toEqual([0, 1])
  })

  test('among: of two drawn the lesser, the first drawn on ties', () => {
    const clock = new Clock()
    const balancer = filled(made({ among: 'two' }, clock, [0, 0, 1, 0, 2, 0, 2, 1, 0, 0, 1, 1]), [1, 1, 1])
    // a of a b, b of b a (a has one unanswered), c of c a; then a 30 ms, b 20 ms, c 10 ms: c of c b, b of a b, c of b c: 20 = 2 * 10 is b
    expect(letters(picks(balancer, 3))).toBe('abc')
    ;[30, 20, 10].forEach((ms, slot) => balancer.ended(slot, ms * MS, Outcome.Answered))
    expect(letters(picks(balancer, 3))).toBe('cbc')
  })

  test('among two with peaks: each look decays the cost, also of a backend that is never picked', () => {
    const clock = new Clock()
    const given = { among: 'two', average: 'peak-ewma', decay: SECOND }
    const values = valuesOf(leastResponseTime.parameters, given)
    const balancer = filled(leastResponseTime.create(values, context(seeded('peaks'), clock)), [1, 1])
    picks(balancer, 2)
    balancer.ended(0, 500 * MS, Outcome.Answered)
    balancer.ended(1, 50 * MS, Outcome.Answered)
    const chosen: number[] = []
    for (let i = 0; i < 60; i++) {
      const slot = balancer.pick(request, -1)
      chosen.push(slot)
      clock.time += 100 * MS
      balancer.ended(slot, 50 * MS, Outcome.Answered)
    }
    // 500 sinks below 50 after ln 10 = 2.3 s, b stays near 50
    expect(chosen.slice(0, 20).every((slot) => slot === 1)).toBe(true)
    expect(chosen).toContain(0)
  })
})
