/** Pods that come by themselves: from when they count their time, what a closed source hears, and the seam for closed-loop clients. */
import { describe, expect, it } from 'vitest'
import { packers } from '../binpacking/index.ts'
import { choose, coming, input, noDelays, pool, script, service, shape } from '../testing/input.ts'
import { Simulation } from '../simulation.ts'
import type { PodSource, RequestSource } from '../input.ts'

const SECOND = 1e6

describe('ageing', () => {
  const aged = { ageing: 100 * SECOND, horizon: 60 * SECOND, sample: 60 * SECOND }
  const delays = { ...noDelays, decision: SECOND, bind: SECOND, pull: SECOND, start: SECOND }
  const core = shape({ cpu: 16_000, usage: 1 })

  it('has no delays: a pod that is there from its start uses its node at once; after the origin one takes 1 + 1 + 1 + 1 s', () => {
    // From 0 to 90 s, so before the origin; another from 110 s, running from 114 to 144 s, which is 14 to 44 s of the run.
    const { metrics } = new Simulation(
      input({
        ...aged,
        delays,
        background: [
          coming([
            [0, core, 90_000],
            [110_000, core, 30_000],
          ]),
        ],
      }),
    ).run()
    expect(metrics['usage-cpu']).toBeCloseTo((100 * 30) / 60, 10)
    expect(metrics['allocation-cpu']).toBeCloseTo((100 * 34) / 60, 10)
    expect(metrics['pending-censored']).toBe(0)
  })
  it('a recorded source starts at the origin, a stationary one with the ageing', () => {
    const whole = shape({ cpu: 16_000 })
    const allocation = (stationary: boolean) =>
      new Simulation(input({ ...aged, background: [coming([[5000, whole, 110_000]], stationary)] })).run().metrics['allocation-cpu']
    // 5 to 115 s of the ageing is until 15 s of the run; recorded, it begins at 5 s of the run and outlasts it.
    expect(allocation(true)).toBeCloseTo((100 * 15) / 60, 10)
    expect(allocation(false)).toBeCloseTo((100 * 55) / 60, 10)
  })
  it('with rounds of a packer places at the instant of arrival, too; on the grid after the origin', () => {
    const binpacking = { ...choose(packers, 'best-fit-decreasing'), role: 'both' as const, every: SECOND }
    const small = shape({ cpu: 1000 })
    const simulation = new Simulation(
      input({
        ...aged,
        binpacking,
        background: [
          coming([
            [10_300, small, 1e9],
            [99_700, small, 1e9],
            [100_300, small, 1e9],
          ]),
        ],
      }),
    )
    simulation.run()
    expect(simulation.parts.pods.pending.count).toBe(1)
    expect(simulation.parts.pods.pending.sum).toBe(700_000)
    expect(simulation.parts.cluster.nodesInUse).toBe(1)
  })
  it('services that do not fit at the origin wait, and go the whole way when they do', () => {
    // The node is full until 105 s; then decision 1, bind 1, start 10: ready at 117 s, which is 17 s after the origin.
    const simulation = new Simulation(
      input({
        ...aged,
        delays,
        background: [coming([[0, shape({ cpu: 15_500 }), 105_000]])],
        services: [
          service({
            start: 10 * SECOND,
            shape: shape({ cpu: 1000 }),
            requests: script([
              [16_900, 0, 1],
              [17_100, 0, 1],
            ]),
          }),
        ],
      }),
    )
    const { metrics } = simulation.run()
    expect(simulation.parts.pods.toReady.sum).toBe(17 * SECOND)
    expect(simulation.parts.pods.pending.sum).toBe(6 * SECOND)
    expect(metrics['errors-no-backend']).toBe(50)
  })
})

describe('closed sources', () => {
  it('a source of pods hears of each end, and may send the next: 8 s of work and 2 s of thought fit six times in 60 s', () => {
    const heard: number[] = []
    const source = (): PodSource => {
      let due = 0
      return {
        next: () => {
          const time = due
          due = Infinity
          return time
        },
        shape: 0,
        shapes: [shape()],
        duration: 8 * SECOND,
        meanDuration: 8 * SECOND,
        stationary: true,
        notes: [],
        released: (_shape, time) => {
          heard.push(time / SECOND)
          due = time + 2 * SECOND
          return true
        },
      }
    }
    const simulation = new Simulation(input({ background: [{ name: 'closed', pods: source }] }))
    simulation.run()
    expect(heard).toEqual([8, 18, 28, 38, 48, 58])
    expect(simulation.parts.cluster.created).toBe(7)
  })
  it('a source of requests hears of each end, answered or failed, on the clock of the run', () => {
    const heard: [number, number][] = []
    const clients = (): RequestSource => {
      let due = 0
      let key = 0
      return {
        wait: 0,
        work: 100_000,
        get key() {
          return key
        },
        next: () => {
          const time = due
          due = Infinity
          return time
        },
        rateAt: () => 0,
        completed: (which, time) => {
          heard.push([which, time])
          key++
          due = time + 400_000
          return true
        },
      }
    }
    // 100 ms of work and 400 ms of thought; the pod goes at 1.2 s, then there is no backend.
    const simulation = new Simulation(
      input({
        ageing: 5 * SECOND,
        horizon: 2.1 * SECOND,
        pools: [pool(1)],
        services: [service({ minReplicas: 0, shape: shape({ limit: 1000 }), requests: clients })],
      }),
    )
    simulation.parts.simulator.call(6.2 * SECOND, () => simulation.parts.replicaSets.scale(0, 0))
    const { metrics } = simulation.run()
    expect(heard).toEqual([
      [0, 100_000],
      [1, 600_000],
      [2, 1_100_000],
      [3, 1_500_000],
      [4, 1_900_000],
    ])
    expect(metrics['errors-no-backend']).toBe(40)
  })
})
