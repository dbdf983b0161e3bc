/** Marathon apps against the arithmetic of its TaskReplaceActor and RateLimiter, on tasks with given times. */
import { describe, expect, it } from 'vitest'
import { Simulator } from '../../engine/simulator.ts'
import { TimedPods, type PodTimes } from '../kubernetes/timed-pods.ts'
import { MarathonApps } from './apps.ts'
import { LaunchDelay } from './back-off.ts'
import { silenceUntilUnreachable } from './pings.ts'
import { killOrder, restartStrategy } from './upgrade.ts'

const SECOND = 1e6

function play(instances: number, capacities: readonly [number, number], versions: readonly Partial<PodTimes>[] = [{}, {}]) {
  const simulator = new Simulator()
  const times = (template: number): PodTimes =>
    simulator.now === 0 ? { ready: 0, stop: SECOND } : { ready: 10 * SECOND, stop: SECOND, ...versions[template] }
  const pods = new TimedPods(simulator, times, () => undefined)
  let ended = 0
  const apps = new MarathonApps({
    ...{ simulator, objects: pods.objects, control: pods, latency: 0, phaseOf: () => 0 },
    reported: ({ restart }) => {
      if (restart !== null) ended = 0
      else if (ended === 0) ended = simulator.now / SECOND
    },
  })
  const app = apps.create(
    {
      ...{ minimumHealthCapacity: capacities[0], maximumOverCapacity: capacities[1], killSelection: 'YOUNGEST_FIRST' },
      ...{ backOff: { first: SECOND, factor: 1.15, max: 300 * SECOND }, unreachable: { inactiveAfter: 0, expungeAfter: 0 } },
    },
    { replicas: instances, isChecked: true },
  )
  const acts = simulator.register('act', () => apps.rollOut(app, 1))
  simulator.at(100 * SECOND, acts, 0, 0)
  return {
    app,
    apps,
    ended: () => ended,
    at(seconds: number) {
      simulator.run(seconds * SECOND)
      const living = pods.existing.filter((pod) => pods.objects.deleting[pod] === 0)
      const fresh = living.filter((pod) => pods.objects.template[pod] === 1).length
      return [living.length - fresh, fresh]
    },
  }
}

describe("Marathon's rolling restart", () => {
  it.each([
    [3, 0.7, 0, 3, 4, 0],
    [4, 0.5, 0, 2, 4, 2],
    [10, 1, 0.2, 10, 12, 0],
    [10, 0.9, 0, 9, 10, 1],
    [2, 1, 0, 2, 3, 0],
  ])(
    '%i instances, %f and %f: ceil gives %i healthy, trunc at most %i, %i killed at once',
    (n, min, over, minHealthy, maxCapacity, killNow) => {
      const capacities = { minimumHealthCapacity: min, maximumOverCapacity: over }
      expect(restartStrategy(n, capacities, { present: n, healthy: n })).toEqual({ minHealthy, maxCapacity, killNow })
    },
  )

  it('the defaults 1 and 1: all new instances beside the old ones, each healthy one kills one', () => {
    const run = play(4, [1, 1])
    expect([run.at(105), run.at(110.5)]).toEqual([
      [4, 4],
      [0, 4],
    ])
    run.at(112)
    expect(run.ended()).toBe(111) // the old ones need 1 s to stop
  })

  it('4 instances, 0.5 and 0: two are killed, and new ones start when these are gone', () => {
    const run = play(4, [0.5, 0])
    expect([run.at(100.5), run.at(101.5), run.at(111.5)]).toEqual([
      [2, 0],
      [2, 2],
      [0, 2],
    ])
    expect(run.at(112.5)).toEqual([0, 4])
  })

  it('equal bounds: one instance above them, one after another', () => {
    const run = play(2, [1, 0])
    expect([run.at(105), run.at(110.5), run.at(111.5)]).toEqual([
      [2, 1],
      [1, 1],
      [1, 2],
    ])
  })

  it('instances that fail are launched again and again: a deployment never ends by itself, and a new one does', () => {
    const run = play(2, [1, 1], [{}, { ready: Infinity, fails: SECOND }])
    run.at(500)
    expect(run.app.restart).not.toBeNull()
    run.apps.rollOut(run.app, 0)
    run.at(520)
    expect(run.app.restart).toBeNull()
    expect(run.at(530)).toEqual([2, 0])
  })
})

describe('launch delay', () => {
  const delay = () => new LaunchDelay({ first: SECOND, factor: 1.15, max: 300 * SECOND })

  it('1 s × 1.15 at each failure: 1, 1.15, 1.3225, 1.520875 s; 300 s from the 42nd failure on', () => {
    const one = delay()
    const seen: number[] = []
    for (let i = 1; i <= 42; i++) {
      one.failed(0)
      seen.push(one.deadline(0) / SECOND)
    }
    expect(seen.slice(0, 4)).toEqual([1, 1.15, 1.3225, 1.520875])
    expect([seen[40] < 300, seen[41]]).toEqual([true, 300])
  })

  it('a launch begins it again; it is forgotten 300 s after its last change, and by a reset', () => {
    const one = delay()
    one.failed(0)
    one.advanced(500_000)
    expect(one.deadline(500_000)).toBe(1_500_000)
    expect(one.deadline(500_000 + 301 * SECOND)).toBe(0)
    one.failed(400 * SECOND)
    one.reset()
    expect(one.deadline(400 * SECOND)).toBe(0)
  })
})

describe('which instances are killed', () => {
  it('unreachable, then staging, then running ones; the youngest or the oldest first', () => {
    const instances = [
      { name: 'old', condition: 'running', since: 1 },
      { name: 'young', condition: 'running', since: 9 },
      { name: 'staging', condition: 'staging', since: 20 },
      { name: 'lost', condition: 'unreachable', since: 5 },
    ] as const
    expect(killOrder(instances, 'YOUNGEST_FIRST').map(({ name }) => name)).toEqual(['lost', 'staging', 'young', 'old'])
    expect(killOrder(instances, 'OLDEST_FIRST').map(({ name }) => name)).toEqual(['lost', 'staging', 'old', 'young'])
  })
})

describe('agent pings', () => {
  it('15 s × 5 after the first ping that is not answered: 75 to 90 s of silence', () => {
    expect(silenceUntilUnreachable(0)).toBe(90 * SECOND)
    expect(silenceUntilUnreachable(1)).toBe(75 * SECOND)
  })
})
