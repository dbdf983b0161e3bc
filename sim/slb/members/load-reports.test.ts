/** Balancers that read reports or periodic counts: gRPC's weighted round robin, and the forecast. */
import { describe, expect, test } from 'vitest'
import { valuesOf, type ParameterValue } from '../../common/define.ts'
import { Clock, context, filled, picks, request, noExclude, seeded } from '../slb.fixture.ts'
import { forecast } from './forecast.ts'
import { grpcWeightedRoundRobin } from './grpc-weighted-round-robin.ts'

const SECOND = 1_000_000

/** Fires the timers up to `time`. */
function runTo(clock: Clock, time: number, woke: (tag: number) => void): void {
  while (clock.timers.length > 0 && clock.timers[0].time <= time) {
    const timer = clock.timers.shift()!
    clock.time = timer.time
    woke(timer.tag)
  }
  clock.time = time
}

describe('grpc-weighted-round-robin', () => {
  const make = (given: Readonly<Record<string, ParameterValue>>) => {
    const clock = new Clock()
    const { create, parameters } = grpcWeightedRoundRobin
    return { clock, balancer: filled(create(valuesOf(parameters, given), context(seeded('wrr'), clock)), [1, 1]) }
  }
  const shareOfFirst = (given: Readonly<Record<string, ParameterValue>>, errors: number, time = 2 * SECOND): number => {
    const { clock, balancer } = make(given)
    picks(balancer, 1)
    balancer.loadReported!(0, 100, 0.25, 0)
    balancer.loadReported!(1, 100, 0.75, errors)
    runTo(clock, time, (tag) => balancer.woke!(tag))
    return picks(balancer, 4000).filter((slot) => slot === 0).length / 4000
  }

  test('weights are requests over utilization: 100/0.25 and 100/0.75 give shares of 3/4 and 1/4', () => {
    expect(shareOfFirst({ blackout: 0 }, 0)).toBeCloseTo(0.75, 2)
  })

  test('errors per request are added to the utilization: 0.75 + 0.25 against 0.25 is 4/5', () => {
    expect(shareOfFirst({ blackout: 0 }, 25)).toBeCloseTo(0.8, 2)
    expect(shareOfFirst({ blackout: 0, penalty: 0 }, 25)).toBeCloseTo(0.75, 2)
  })

  test('in turn before the end of the blackout, before the next update, and after the expiration', () => {
    expect(shareOfFirst({}, 0)).toBe(0.5)
    expect(shareOfFirst({ blackout: 0, update: 3 * SECOND }, 0)).toBe(0.5)
    expect(shareOfFirst({ blackout: 0, expiration: SECOND }, 0)).toBe(0.5)
  })

  test('pods report as often as it asks', () => {
    expect(make({ reports: 5 * SECOND }).balancer.loadReportPeriod).toBe(5 * SECOND)
  })
})

describe('forecast', () => {
  const make = (given: Readonly<Record<string, ParameterValue>>) => {
    const clock = new Clock()
    const { create, parameters } = forecast
    const balancer = filled(create(valuesOf(parameters, { choices: 2, ...given }), context(seeded('forecast'), clock)), [1, 1])
    /** Counts of both backends at the next update. */
    const update = (first: number, second: number): void => {
      runTo(clock, clock.time + 100_000, (tag) => balancer.woke!(tag))
      for (const { slot, tag } of clock.probes.splice(0)) balancer.probed!(slot, tag, slot === 0 ? first : second, -1)
    }
    return { clock, balancer, update, pick: () => balancer.pick(request, noExclude) }
  }

  test('a rising count is continued: 0, 4 with weights of 1 is forecast at 8 a period later, above a constant 6', () => {
    const { clock, update, pick } = make({ level: 1, trend: 1, own: false })
    update(0, 6)
    update(4, 6)
    expect(pick()).toBe(0) // 4 now
    clock.time += 60_000 // 4 + 0.6 × 4 = 6.4
    expect(pick()).toBe(1)
    const without = make({ level: 1, trend: 0, own: false })
    without.update(0, 6)
    without.update(4, 6)
    without.clock.time += 60_000
    expect(without.pick()).toBe(0)
  })

  test('the smoothed count: 0 then 10 with a weight of 0.5 is 5, below 6', () => {
    const { update, pick } = make({ level: 0.5, trend: 0, own: false })
    update(0, 6)
    update(10, 6)
    expect(pick()).toBe(0)
    const sharp = make({ level: 1, trend: 0, own: false })
    sharp.update(0, 6)
    sharp.update(10, 6)
    expect(sharp.pick()).toBe(1)
  })

  test('requests sent since the last answer count', () => {
    const { update, pick } = make({})
    update(0, 2)
    expect([pick(), pick()]).toEqual([0, 0])
    const own = Array.from({ length: 6 }, pick)
    expect(own.filter((slot) => slot === 1).length).toBeGreaterThan(1)
    const blind = make({ own: false })
    blind.update(0, 2)
    expect(Array.from({ length: 8 }, blind.pick)).toEqual(Array(8).fill(0))
  })

  test('all backends are probed every period; one choice is random', () => {
    const { clock, balancer } = make({ period: 50_000, choices: 1 })
    runTo(clock, 50_000, (tag) => balancer.woke!(tag))
    expect(clock.probes.map(({ slot }) => slot)).toEqual([0, 1])
    for (const { slot, tag } of clock.probes.splice(0)) balancer.probed!(slot, tag, slot === 0 ? 0 : 50, -1)
    expect(new Set(picks(balancer, 40))).toEqual(new Set([0, 1]))
  })
})
