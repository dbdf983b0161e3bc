import { describe, expect, test } from 'vitest'
import { valuesOf, type ParameterValue } from '../../common/define.ts'
import { NONE } from '../../common/ids.ts'
import { Outcome, QUEUE } from '../policy.ts'
import { Clock, context, filled, noExclude, request, requestOf, seeded } from '../slb.fixture.ts'
import { RifQuantile } from '../structures/prequal/rif-quantile.ts'
import { prequal } from './prequal.ts'

/** `backends` equal backends, and answers that a test gives by hand. */
function make(given: Readonly<Record<string, ParameterValue>> = {}, backends = 4) {
  const clock = new Clock()
  const balancer = filled(
    prequal.create(valuesOf(prequal.parameters, given), context(seeded('prequal'), clock)),
    Array.from({ length: backends }, () => 1),
  )
  const answer = (slot: number, inside: number, latency: number): void => balancer.probed!(slot, 0, inside, latency)
  return { balancer, clock, answer, pick: (exclude = noExclude) => balancer.pick(request, exclude) }
}

/** No probes of its own, nothing removed, unlimited reuse. */
const STILL = { probeRate: 0, removeRate: 0 }

describe('prequal, asynchronous', () => {
  test('each request sends 3 probes to different backends; 0.5 probes per request is one every second request', () => {
    const whole = make({}, 10)
    whole.pick()
    expect(new Set(whole.clock.probes.map(({ slot }) => slot)).size).toBe(3)
    const half = make({ probeRate: 0.5 }, 10)
    expect([1, 2, 3, 4].map(() => (half.pick(), half.clock.probes.length))).toEqual([0, 1, 1, 2])
  })

  test('of cold backends the one with the least latency, of hot ones alone the one with the fewest requests: the border is the 0.84 quantile of the RIFs', () => {
    // RIFs 1 2 3 9: rank ceil(0.8409 * 4) = 4 is 9 with a share of 0.8409, rank 3 is 3 with 0.75.
    const one = make({ ...STILL, quantile: 0.75, compensate: false })
    one.answer(0, 1, 500)
    one.answer(1, 2, 300)
    one.answer(2, 3, 400)
    one.answer(3, 9, 1)
    expect(one.pick()).toBe(1) // 3 is hot
    const all = make({ ...STILL, quantile: 1, compensate: false })
    for (const [slot, inside, latency] of [[0, 1, 500], [1, 2, 300], [2, 3, 400], [3, 9, 1]]) all.answer(slot, inside, latency) // prettier-ignore
    expect(all.pick()).toBe(3) // latency alone
    const none = make({ ...STILL, quantile: 0, compensate: false })
    for (const [slot, inside, latency] of [[0, 1, 500], [1, 2, 300], [2, 3, 400], [3, 9, 1]]) none.answer(slot, inside, latency) // prettier-ignore
    expect(none.pick()).toBe(0) // requests in flight alone
  })

  test('a request that is sent counts in the answer that was used', () => {
    const { pick, answer } = make({ ...STILL, quantile: 0 })
    answer(0, 1, 100)
    answer(1, 1, 200)
    expect([pick(), pick(), pick()]).toEqual([0, 1, 0]) // RIF 1 1, then 2 1, then 2 2
    const still = make({ ...STILL, quantile: 0, compensate: false })
    still.answer(0, 1, 100)
    still.answer(1, 1, 200)
    expect([still.pick(), still.pick(), still.pick()]).toEqual([0, 0, 0])
  })

  test('an answer is used (1 + delta) / ((1 - m/n) r_probe - r_remove) times: 2 / ((1 - 16/64) 4 - 1) = 1, and with delta 3 it is 2', () => {
    const uses = (delta: number): number[] => {
      const { pick, answer } = make({ probeRate: 4, removeRate: 1, delta, compensate: false, minimum: 1 }, 64)
      for (let slot = 0; slot < 8; slot++) answer(slot, 0, slot === 5 ? 1 : 100 + slot)
      return [pick(), pick(), pick()]
    }
    expect(uses(1).filter((slot) => slot === 5)).toEqual([5])
    expect(uses(3).filter((slot) => slot === 5)).toEqual([5, 5])
  })

  test('each request drops the oldest and the worst answer in turn', () => {
    const { pick, answer, clock } = make({ ...STILL, removeRate: 1, delta: 1000, compensate: false, minimum: 1 }, 100)
    for (let slot = 0; slot < 5; slot++) {
      clock.time = slot
      answer(slot, 0, slot === 3 ? 900 : 10 * slot + 10)
    }
    // Slot 0 (latency 10) is picked and then dropped as the oldest; slot 1 is picked, and 3, the slowest, is dropped; then 1 as the oldest.
    expect([pick(), pick(), pick(), pick()]).toEqual([0, 1, 1, 2])
  })

  test('answers older than the maximum age do not count; with fewer than the minimum any backend is picked', () => {
    const { pick, answer, clock } = make({ ...STILL, maxAge: 1000, minimum: 1 }, 50)
    answer(7, 0, 1)
    clock.time = 1000
    expect(pick()).toBe(7)
    clock.time = 1001
    const picks = new Set(Array.from({ length: 40 }, () => pick()))
    expect(picks.size).toBeGreaterThan(15)
  })

  test('a full pool drops its oldest answer, and a newer answer of a backend replaces the older', () => {
    const { pick, answer, clock } = make({ ...STILL, poolSize: 2, minimum: 1, compensate: false })
    for (const [slot, latency] of [[0, 1], [1, 50], [2, 40], [2, 60]]) (clock.time++, answer(slot, 0, latency)) // prettier-ignore
    expect(pick()).toBe(1)
  })

  test('a backend that fails fast is used last: with a limit of 20 % after three failures (1 - 0.9^3 = 27 %)', () => {
    const { balancer, pick, answer } = make({ ...STILL, compensate: false })
    answer(0, 0, 1)
    answer(1, 0, 500)
    const after = [0, 1, 2, 3].map(() => {
      const slot = pick()
      balancer.ended(0, 10, Outcome.Lost)
      return slot
    })
    expect(after).toEqual([0, 0, 0, 1])
    const careless = make({ ...STILL, errorLimit: 1, compensate: false })
    careless.answer(0, 0, 1)
    careless.answer(1, 0, 500)
    for (let i = 0; i < 9; i++) careless.balancer.ended(0, 10, Outcome.Lost)
    expect(careless.pick()).toBe(0)
  })

  test('without requests a probe leaves after the idle time', () => {
    const { clock, balancer } = make({ idle: 5000 })
    const [timer] = clock.timers
    expect(timer.time).toBe(5000)
    clock.time = timer.time
    balancer.woke!(timer.tag)
    expect(clock.probes).toHaveLength(1)
  })
})

describe('prequal, synchronous', () => {
  test('a request waits for all but one answer of its own probes, and leaves the excluded backend out', () => {
    const { balancer, clock } = make({ mode: 'sync', choices: 3, quantile: 1 }, 8)
    expect(balancer.pick(request, 4)).toBe(QUEUE)
    const { probes } = clock
    expect(probes).toHaveLength(3)
    expect(probes.some(({ slot }) => slot === 4)).toBe(false)
    balancer.probed!(probes[0].slot, probes[0].tag, 1, 900)
    expect(balancer.pick({ ...requestOf(-1), again: true }, NONE)).toBe(QUEUE)
    balancer.probed!(probes[1].slot, probes[1].tag, 1, 100)
    expect(balancer.pick({ ...requestOf(-1), again: true }, NONE)).toBe(probes[1].slot)
  })

  test('after the probe timeout it uses what it has, without an answer any backend', () => {
    const { balancer, clock } = make({ mode: 'sync', probeTimeout: 3000 }, 8)
    balancer.pick(request, noExclude)
    expect(clock.timers[0].time).toBe(3000)
    balancer.woke!(clock.timers[0].tag)
    expect(balancer.pick({ ...requestOf(-1), again: true }, NONE)).toBeGreaterThanOrEqual(0)
  })
})

test('the running quantile equals that of a sorted list', () => {
  const random = seeded('quantile')
  for (const share of [0, 0.3, 0.8409, 1]) {
    const quantile = new RifQuantile(7, share)
    const last: number[] = []
    for (let i = 0; i < 300; i++) {
      const rif = random.int(i % 50 === 0 ? 5000 : 9)
      quantile.add(rif)
      last.push(Math.min(rif, 4095))
      if (last.length > 7) last.shift()
      const sorted = [...last].sort((a, b) => a - b)
      expect(quantile.quantile()).toBe(sorted[Math.max(1, Math.ceil(share * sorted.length)) - 1])
    }
  }
})
