import { describe, expect, test } from 'vitest'
import { valuesOf } from '../../common/define.ts'
import { NONE } from '../../common/ids.ts'
import { balancers } from '../index.ts'
import { NO_BACKEND, Outcome, QUEUE, REJECT } from '../policy.ts'
import { Clock, context, noExclude, request, requestOf, seeded } from '../slb.fixture.ts'
import { Guard } from './guard.ts'
import type { Outliers, Routing } from './spec.ts'
import { subsetOf } from './subsets.ts'
import { zoneFor } from './zones.ts'

const SECOND = 1_000_000

/** A guarded balancer over backends in these zones, all warm. */
function guarded(
  routing: Partial<Routing>,
  zones: readonly number[] = [0, 0, 0, 0],
  name = 'round-robin',
  place = { instance: 0, zone: 0, zones: 2 },
) {
  const clock = new Clock()
  const definition = balancers.find(name)!
  const guard = new Guard({ panic: 0.5, ...routing }, place, context(seeded('guard'), clock), (inner) =>
    definition.create(valuesOf(definition.parameters), inner),
  )
  zones.forEach((zone, slot) => guard.added(slot, 1, zone))
  const pick = (client = NONE, exclude = noExclude): number => guard.pick(requestOf(client), exclude)
  /** Picks and ends at once. */
  const serve = (outcome: (slot: number) => Outcome = () => Outcome.Answered): number => {
    const slot = pick()
    if (slot >= 0) guard.ended(slot, 1000, outcome(slot))
    return slot
  }
  const runTo = (time: number): void => {
    while (clock.timers.length > 0 && clock.timers[0].time <= time) {
      const timer = clock.timers.shift()!
      clock.time = timer.time
      guard.woke(timer.tag)
    }
    clock.time = time
  }
  return { guard, clock, pick, serve, runTo }
}

const times = (count: number, act: () => number): number[] => Array.from({ length: count }, act)
const share = (slots: readonly number[], of: number): number => slots.filter((slot) => slot === of).length / slots.length

test('with nothing set it decides as the algorithm alone', () => {
  const { serve } = guarded({})
  expect(times(6, () => serve())).toEqual([0, 1, 2, 3, 0, 1])
})

describe('subsets', () => {
  test('deterministic: in each round of 10 / 3 = 3 instances every backend is used at most once, and 300 instances use all evenly', () => {
    const backends = Array.from({ length: 10 }, (_, i) => i)
    const round = [0, 1, 2].flatMap((instance) => subsetOf(backends, instance, { size: 3, method: 'deterministic' }))
    expect(new Set(round).size).toBe(9)
    const uses = new Float64Array(10)
    for (let i = 0; i < 300; i++) for (const slot of subsetOf(backends, i, { size: 3, method: 'deterministic' })) uses[slot]++
    expect(Math.min(...uses)).toBeGreaterThanOrEqual(80)
    expect(Math.max(...uses)).toBeLessThanOrEqual(100) // at most once a round
  })

  test('random: a backend that leaves moves at most itself', () => {
    const all = Array.from({ length: 30 }, (_, i) => i)
    const before = subsetOf(all, 7, { size: 10, method: 'random' })
    const after = subsetOf(all.filter((slot) => slot !== before[0]), 7, { size: 10, method: 'random' }) // prettier-ignore
    expect(after.filter((slot) => !before.includes(slot))).toHaveLength(1)
  })

  test('the balancer picks of its subset alone', () => {
    const { serve } = guarded({ subset: { size: 2, method: 'random' } }, Array(8).fill(0))
    expect(new Set(times(40, () => serve())).size).toBe(2)
  })
})

describe('zones', () => {
  const counts = (...usable: number[]) => usable.map((n) => ({ hosts: n, usable: n }))
  const sent = (own: number, usable: number[], mode: 'aware' | 'prefer' | 'only' | 'priority') => {
    const random = seeded('zones')
    return times(20_000, () => zoneFor(own, counts(...usable), { mode, minimum: 6, delay: 0 }, random))
  }

  test('aware: a share of backends b = 2/10 and of instances 1/2 keeps b / (1/2) = 40 %, the rest goes where there are more', () => {
    expect(share(sent(0, [2, 8], 'aware'), 0)).toBeCloseTo(0.4, 1)
    expect(share(sent(1, [2, 8], 'aware'), 1)).toBe(1)
  })

  test('aware: three zones with 1, 4 and 7 of 12: zone 0 keeps 3/12 / 1 = 25 %, zone 1 has just its share and gets nothing', () => {
    const slots = sent(0, [1, 4, 7], 'aware')
    expect([share(slots, 0), share(slots, 1)].map((value) => Math.round(value * 20) / 20)).toEqual([0.25, 0])
  })

  test('aware: below the minimum number of backends zones are not looked at', () => {
    expect(share(sent(0, [1, 4], 'aware'), 0)).toBeCloseTo(0.2, 1)
  })

  test('prefer and only stay in the zone; without a backend there prefer leaves it, and only has none', () => {
    expect(share(sent(0, [1, 9], 'prefer'), 0)).toBe(1)
    expect(share(sent(0, [0, 9], 'prefer'), 1)).toBe(1)
    expect(share(sent(0, [0, 9], 'only'), NONE)).toBe(1)
  })

  test('priority: with half of the own zone healthy it gets 140 % of that, 70 %', () => {
    const random = seeded('priority')
    const zones = [{ hosts: 10, usable: 5 }, { hosts: 10, usable: 10 }] // prettier-ignore
    const slots = times(20_000, () => zoneFor(0, zones, { mode: 'priority', minimum: 0, delay: 0 }, random))
    expect(share(slots, 0)).toBeCloseTo(0.7, 1)
  })

  test('crossings are counted and take the longer way', () => {
    const { guard, serve } = guarded({ zones: { mode: 'prefer', minimum: 0, delay: 500 } }, [1, 1])
    times(4, () => serve())
    expect([guard.picks, guard.crossings, guard.wayTo(0)]).toEqual([4, 4, 500])
  })
})

describe('outliers', () => {
  const settings: Outliers = { consecutive: 5, interval: 10 * SECOND, ejection: 30 * SECOND, maxEjection: 300 * SECOND, maxShare: 0.3, deviations: 0, requests: 100, backends: 5 } // prettier-ignore
  const failing = (bad: number) => (slot: number) => (slot === bad ? Outcome.Lost : Outcome.Answered)

  test('five failures in a row eject a backend for 30 s, a second time for 60 s', () => {
    const { guard, serve, runTo } = guarded({ outliers: settings })
    times(20, () => serve(failing(2)))
    expect(guard.ejections).toBe(1)
    expect(share(times(12, () => serve(failing(2))), 2)).toBe(0) // prettier-ignore
    runTo(29 * SECOND)
    expect(share(times(12, () => serve(failing(2))), 2)).toBe(0) // prettier-ignore
    runTo(30 * SECOND)
    times(20, () => serve(failing(2)))
    expect(guard.ejections).toBe(2)
    runTo(80 * SECOND)
    expect(share(times(12, () => serve()), 2)).toBe(0) // prettier-ignore
    runTo(90 * SECOND)
    expect(share(times(12, () => serve()), 2)).toBeCloseTo(0.25, 1) // prettier-ignore
  })

  test('no more than the largest share, but always one', () => {
    const all = guarded({ outliers: { ...settings, maxShare: 0.1 } })
    times(60, () => all.serve(() => Outcome.Lost))
    expect(all.guard.ejections).toBe(1)
  })

  test('a success rate below mean - 1.9 deviations ejects at the sweep: 9 at 100 % and one at 50 % are 95 % - 1.9 × 15 % = 66.5 %', () => {
    const { guard, serve, runTo } = guarded({ outliers: { ...settings, consecutive: 0, deviations: 1.9, requests: 20 } }, Array(10).fill(0))
    let turn = 0
    times(400, () => serve((slot) => (slot === 3 && turn++ % 2 === 0 ? Outcome.Lost : Outcome.Answered)))
    runTo(10 * SECOND)
    expect(guard.ejections).toBe(1)
    expect(share(times(30, () => serve()), 3)).toBe(0) // prettier-ignore
  })

  test('in panic health is ignored: with fewer than half usable', () => {
    const { serve } = guarded({ outliers: { ...settings, consecutive: 1, maxShare: 1 }, panic: 0.5 })
    const bad = (slot: number) => (slot < 3 ? Outcome.Lost : Outcome.Answered)
    times(40, () => serve(bad))
    expect(new Set(times(12, () => serve(bad))).size).toBe(4)
    const calm = guarded({ outliers: { ...settings, consecutive: 1, maxShare: 1 }, panic: 0 })
    times(40, () => calm.serve(bad))
    expect(new Set(times(12, () => calm.serve(bad)))).toEqual(new Set([3]))
  })

  test('requests from before an ejection end unseen by the algorithm', () => {
    const { guard, pick, serve, runTo } = guarded({ outliers: settings }, [0, 0], 'least-connections')
    const held = times(6, () => pick()) // three each
    for (let i = 0; i < 5; i++) (guard.ended(0, 1, Outcome.Lost), pick())
    runTo(30 * SECOND)
    for (const slot of held) guard.ended(slot, 1, Outcome.Answered)
    expect(serve()).toBeGreaterThanOrEqual(0)
  })
})

describe('checks', () => {
  test('three failed checks in a row leave a backend out, two good ones bring it back; a missing answer is a failure', () => {
    const { guard, clock, serve, runTo } = guarded({ checks: { interval: 2 * SECOND, fall: 3, rise: 2 } })
    const round = (time: number, isUp: boolean): void => {
      runTo(time)
      for (const { slot, tag } of clock.probes.splice(0)) if (slot !== 1 || isUp) guard.probed(slot, tag, 0)
    }
    for (const time of [2, 4, 6]) round(time * SECOND, false)
    expect(share(times(8, () => serve()), 1)).toBeGreaterThan(0) // prettier-ignore
    round(8 * SECOND, false) // the third missing answer is noticed
    expect(share(times(8, () => serve()), 1)).toBe(0) // prettier-ignore
    round(10 * SECOND, true)
    round(12 * SECOND, true)
    expect(share(times(8, () => serve()), 1)).toBeGreaterThan(0) // prettier-ignore
  })
})

test('slow start: after a quarter of the window a backend beside four has the weight 0.25, a share of 0.25 / 4.25; with aggression 2 the weight 0.5', () => {
  const started = (aggression: number): number => {
    const { guard, clock, serve } = guarded({ slowStart: { window: 40 * SECOND, aggression, minimum: 0.1 } })
    clock.time = 100 * SECOND
    guard.added(4, 1, 0)
    clock.time = 110 * SECOND
    return share(times(8000, () => serve()), 4) // prettier-ignore
  }
  expect(started(1)).toBeCloseTo(0.25 / 4.25, 2)
  expect(started(2)).toBeCloseTo(0.5 / 4.5, 2)
})

describe('limits', () => {
  const none = { requests: Infinity, perBackend: Infinity, pending: Infinity }

  test('requests in flight: one more is rejected; one that ends makes room', () => {
    const { guard, pick } = guarded({ limits: { ...none, requests: 3 } })
    expect(times(4, () => pick())).toEqual([0, 1, 2, REJECT])
    guard.ended(1, 1, Outcome.Answered)
    expect(pick()).toBeGreaterThanOrEqual(0)
  })

  test('at one backend: others are used, then requests are held, and rejected beyond the pending ones', () => {
    const { guard, pick } = guarded({ limits: { ...none, perBackend: 2, pending: 1 } }, [0, 0])
    expect(times(5, () => pick())).toEqual([0, 1, 0, 1, QUEUE])
    expect(guard.pick(requestOf(NONE, 0, 1), noExclude)).toBe(REJECT)
    guard.ended(0, 1, Outcome.Answered)
    expect(guard.pick({ ...requestOf(NONE), again: true }, noExclude)).toBe(0)
  })
})

test('affinity: a client keeps its backend until the timeout, not when it is excluded or gone', () => {
  const { guard, clock, pick } = guarded({ affinity: { timeout: 60 * SECOND } })
  const first = pick(42)
  pick(7)
  expect(times(3, () => pick(42))).toEqual([first, first, first])
  expect(pick(42, first)).not.toBe(first)
  const second = pick(42)
  guard.removed(second)
  expect(pick(42)).not.toBe(second)
  clock.time = 61 * SECOND
  const later = times(4, () => guard.pick(request, noExclude))
  expect(new Set(later).size).toBe(3)
})

test('without a backend there is none', () => {
  expect(guarded({}, []).pick()).toBe(NO_BACKEND)
})
