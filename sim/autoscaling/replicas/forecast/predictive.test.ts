import { describe, expect, test } from 'vitest'
import { valuesOf, type ParameterValue } from '../../../common/define.ts'
import { autoregressive } from '../members/autoregressive.ts'
import { histogram } from '../members/histogram.ts'
import { holtWinters } from '../members/holt-winters.ts'
import { seasonalNaive } from '../members/seasonal-naive.ts'
import type { ReplicaAutoscaler } from '../policy.ts'
import { context, load, SECOND } from '../replicas.fixture.ts'

const MINUTE = 60 * SECOND
type Given = Record<string, ParameterValue>
interface Member {
  readonly parameters: Parameters<typeof valuesOf>[0]
  create(values: never, context_: typeof context): ReplicaAutoscaler | null
}

/** One decision a minute on these rates, in slots of a minute; each request per second takes a tenth of a pod, so that 7 of them load one at 70 %. */
function play({ parameters, create }: Member, rates: readonly number[], given: Given): number[] {
  const values = valuesOf(parameters, { slot: MINUTE, every: MINUTE, lead: MINUTE, scaleDownWindow: 0, ...given })
  const scaler = create(values as never, context)!
  return rates.map((rate, i) =>
    scaler.desired(load({ now: i * MINUTE, elapsed: i * MINUTE, replicas: 10, ready: 10, measured: 10, rate, utilization: rate / 100 })),
  )
}

const season = [7, 14, 70, 14] // 1, 2, 10, 2 replicas
const days = (count: number, of = season): number[] => Array.from({ length: count * of.length }, (_, i) => of[i % of.length])

describe('predictive autoscalers', () => {
  test('seasonal-naive: the rate of the minute to come, one season ago; in the first season the last one', () => {
    const decided = play(seasonalNaive, days(2), { season: 4 * MINUTE, reactive: false })
    // the slot that is forecast is the next one: 2, 10, 2, 1 replicas
    expect(decided.slice(4)).toEqual([2, 10, 2, 1])
    expect(decided.slice(0, 4)).toEqual([1, 1, 2, 10])
  })

  test('lead: two minutes ahead is one slot further', () => {
    expect(play(seasonalNaive, days(3), { season: 4 * MINUTE, reactive: false, lead: 2 * MINUTE }).slice(8)).toEqual([10, 2, 1, 2])
  })

  test('reactive: never below the replicas of the present rate', () => {
    expect(play(seasonalNaive, days(3), { season: 4 * MINUTE, reactive: true }).slice(8)).toEqual([2, 10, 10, 2])
  })

  test('slot: slots of two minutes have the means 10.5 and 42, which are 2 and 6 replicas', () => {
    expect(play(seasonalNaive, days(4), { season: 4 * MINUTE, slot: 2 * MINUTE, lead: 2 * MINUTE, reactive: false }).slice(8)).toEqual([
      6, 6, 2, 2, 6, 6, 2, 2,
    ])
  })

  test('target: half the target, twice the replicas', () => {
    expect(play(seasonalNaive, days(3), { season: 4 * MINUTE, reactive: false, target: 0.35 }).slice(8)).toEqual([4, 20, 4, 2])
  })

  test('scaleDownWindow: the highest of the last two minutes', () => {
    const decided = play(seasonalNaive, days(3), { season: 4 * MINUTE, reactive: false, scaleDownWindow: 2 * MINUTE })
    expect(decided.slice(8)).toEqual([2, 10, 10, 2])
  })

  test('holt-winters: a season and a trend are continued; a season that rises by 28 each time is ahead of seasonal-naive', () => {
    const rising = [0, 1, 2, 3, 4, 5, 6, 7].flatMap((day) => season.map((rate) => rate + 28 * day))
    const given = { season: 4 * MINUTE, reactive: false, alpha: 0.5, beta: 0.5, gamma: 0.5 }
    const last = play(holtWinters, rising, given).slice(-4)
    const naive = play(seasonalNaive, rising, { season: 4 * MINUTE, reactive: false }).slice(-4)
    const following = [...rising, 7 + 28 * 8].slice(-4).map((rate) => Math.ceil(rate / 7))
    const miss = (decided: readonly number[]): number => decided.reduce((sum, replicas, i) => sum + Math.abs(replicas - following[i]), 0)
    expect(miss(last)).toBeLessThan(miss(naive) / 2)
  })

  test('holt-winters: with weights 0 the first season is repeated', () => {
    const first = play(holtWinters, days(3, season), { season: 4 * MINUTE, reactive: false, alpha: 0, beta: 0, gamma: 0 })
    expect(first.slice(8)).toEqual([2, 10, 2, 1])
  })

  // alpha = 1, gamma = 0: level = y - s, so that a step of 70 in one slot is carried into all that follow
  test('alpha: with 1 the level follows at once, with 0 never', () => {
    const stepped = [...days(2), ...season.map((rate) => rate + 70)]
    const at = (alpha: number): number =>
      play(holtWinters, stepped, { season: 4 * MINUTE, reactive: false, alpha, beta: 0, gamma: 0 }).at(-1)!
    expect(at(1)).toBe(11) // 7 + 70 per second
    expect(at(0)).toBe(1)
  })

  test('beta and gamma: each changes what a changed season is expected to be', () => {
    const changed = [...days(2), 7, 14, 70, 84, 7, 14, 70, 84, 7, 14, 70]
    const at = (given: Given): number =>
      play(holtWinters, changed, { season: 4 * MINUTE, reactive: false, alpha: 0.1, beta: 0, ...given }).at(-1)!
    expect(at({ gamma: 1 })).toBeGreaterThan(at({ gamma: 0 }))
    expect(at({ gamma: 0, beta: 1 })).not.toBe(at({ gamma: 0, beta: 0 }))
  })

  test('autoregressive: a ramp is continued where changes are modelled, and not where rates are', () => {
    const ramp = Array.from({ length: 30 }, (_, i) => 7 * i)
    const given = { order: 1, history: 20, reactive: false, lead: 3 * MINUTE }
    // the last finished slot has 28 pods; four slots later 32
    expect(play(autoregressive, ramp, { ...given, differences: 1 }).at(-1)).toBe(32)
    expect(play(autoregressive, ramp, { ...given, differences: 0 }).at(-1)).toBeLessThan(28)
  })

  test('refit: a ramp after forty constant slots is continued once the model is fitted again', () => {
    const rates = [...Array.from({ length: 40 }, () => 70), ...Array.from({ length: 10 }, (_, i) => 70 + 7 * (i + 1))]
    const at = (refit: number): number =>
      play(autoregressive, rates, { order: 1, history: 40, reactive: false, lead: 9 * MINUTE, refit }).at(-1)!
    // The last finished slot has 19 pods; a model of the constant slots expects no change.
    expect(at(1000)).toBe(19)
    expect(at(1)).toBeGreaterThan(19)
  })

  test('order and history: an alternation is known from two values back, and a change only where it is remembered', () => {
    const waves = Array.from({ length: 60 }, (_, i) => [7, 70, 70, 7][i % 4])
    const at = (given: Given): number =>
      play(autoregressive, waves, { differences: 0, reactive: false, lead: 0, history: 40, ...given }).at(-1)!
    expect(at({ order: 4 })).not.toBe(at({ order: 1 }))
    const late = [...Array.from({ length: 40 }, () => 7), ...Array.from({ length: 12 }, () => 70)]
    const mean = (history: number): number =>
      play(autoregressive, late, { differences: 0, reactive: false, order: 1, history, lead: 40 * MINUTE }).at(-1)!
    expect(mean(10)).toBe(10)
    expect(mean(50)).toBeLessThan(5)
  })

  test('histogram: the percentile of this minute over the remembered seasons', () => {
    const seasons = [10, 20, 30, 40].flatMap((high) => [7, 7 * high])
    const given = { season: 2 * MINUTE, reactive: false }
    // decided in the slot of 7, for the slot of the peaks 10, 20, 30
    const at = (more: Given): number => play(histogram, [...seasons, 7], { ...given, ...more }).at(-1)!
    expect(at({ percentile: 1 })).toBe(40)
    expect(at({ percentile: 0.5 })).toBe(20)
    expect(at({ percentile: 0.5, seasons: 2 })).toBe(30)
  })

  test.each([seasonalNaive, holtWinters, histogram])('$name: a season of parts of a slot is refused', (member) => {
    const values = valuesOf(member.parameters as never, { slot: MINUTE, season: 150 * SECOND })
    expect(member.problems!(values as never)[0].message).toContain('found 150 s with slots of 60 s')
  })

  test('autoregressive: a history that is too short for its order is refused', () => {
    const values = valuesOf(autoregressive.parameters, { order: 20, history: 30 })
    expect(autoregressive.problems!(values)[0].message).toContain('accepted: at least 42')
  })
})
