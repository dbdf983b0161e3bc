/** What balancers may ask of the run, through whole runs with all laws checked: their queue, rejection, timers and probes. */
import { describe, expect, it } from 'vitest'
import { simulate, Simulation } from '../simulation.ts'
import { balancers } from '../slb/index.ts'
import { choose, input, pool, requests, script, service, shape, type FlatInput, type FlatService } from '../testing/input.ts'
import { erlangC } from '../testing/queueing.ts'

const SECOND = 1e6
const core = shape({ cpu: 1000, limit: 1000, memory: 1 })

const run = (web: Partial<FlatService>, around: Partial<FlatInput> = {}) =>
  simulate(input({ horizon: 60 * SECOND, sample: 60 * SECOND, pools: [pool(2)], services: [service({ shape: core, ...web })], ...around }))

describe('central-queue', () => {
  it('is an M/M/c: mean latency = 1/μ + C(c, a) / (cμ - λ), c = 4, ρ = 0.8, within three standard errors of ten runs', () => {
    const [c, mean, rate] = [4, 0.01, 320]
    const theory = mean + erlangC(c, rate * mean) / (c / mean - rate)
    const means = Array.from({ length: 10 }, (_, replication) => {
      const around = { replication, check: false, horizon: 100 * SECOND, sample: 100 * SECOND, slb: choose(balancers, 'central-queue') }
      const result = run({ replicas: c, maxReplicas: c, requests: requests(rate, { kind: 'exponential', mean: mean * 1e6 }) }, around)
      return (result.metrics['latency-mean'] as number) / 1000
    })
    const average = means.reduce((sum, value) => sum + value, 0) / means.length
    const error = Math.sqrt(means.reduce((sum, value) => sum + (value - average) ** 2, 0) / 9 / 10)
    expect(Math.abs(average - theory)).toBeLessThan(3 * error)
    expect(error).toBeLessThan(0.03 * theory)
  })
  it('holds, offers again and rejects: three requests of 10 ms at once on one pod, one place in the queue', () => {
    const burst = script([
      [1000, 0, 10],
      [1000, 0, 10],
      [1000, 0, 10],
    ])
    const { metrics, latency } = run({ requests: burst }, { slb: choose(balancers, 'central-queue', { capacity: 1 }) })
    expect(metrics['errors-rejected']).toBeCloseTo(100 / 3, 10)
    expect(latency.sum).toBe(10_000 + 20_000)
  })
  it('a request that times out leaves the queue; the next one is served', () => {
    const rows = script([
      [1000, 0, 100],
      [1000, 0, 10],
      [1060, 0, 10],
    ])
    const { metrics } = run({ requests: rows, timeout: 110_000, objective: 1e6 }, { slb: choose(balancers, 'central-queue') })
    // Served from 1000 to 1100, then from 1100 to 1110 the second, which times out at 1110 in the pod at the latest, then the third until 1120.
    expect(metrics['errors-rejected']).toBe(0)
    expect(metrics['unfinished']).toBe(0)
  })
})

describe('bulletin-board', () => {
  it('with updates that are fresh against the service time it beats random, with old ones it loses to it', () => {
    const mean = (slb: FlatInput['slb']) =>
      run(
        { replicas: 10, maxReplicas: 10, requests: requests(800, { kind: 'exponential', mean: 10_000 }) },
        { slb, check: false, horizon: 40 * SECOND, sample: 40 * SECOND },
      ).metrics['latency-mean'] as number
    const random = mean(choose(balancers, 'random'))
    expect(mean(choose(balancers, 'bulletin-board', { period: 1000 }))).toBeLessThan(0.6 * random)
    expect(mean(choose(balancers, 'bulletin-board', { period: SECOND }))).toBeGreaterThan(1.5 * random)
  })
  it('learns what pods hold one round trip after it asked: probes each 100 ms, answers 2 x 5 ms later', () => {
    const simulation = new Simulation(
      input({
        horizon: SECOND,
        sample: SECOND,
        pools: [pool(1)],
        services: [service({ replicas: 2, maxReplicas: 2, shape: core, networkDelay: 5000, requests: script([[50, 0, 500]]) })],
        slb: choose(balancers, 'bulletin-board', { period: 100_000 }),
      }),
    )
    const { network, simulator } = simulation.parts
    const { balancer } = network.instancesOf[0][0]
    const seen: [number, number][] = []
    const probed = balancer.probed!.bind(balancer)
    balancer.probed = (slot, tag, inside) => {
      seen.push([simulator.now, inside])
      probed(slot, tag, inside)
    }
    simulation.run()
    const busy = seen.filter(([, inside]) => inside === 1).map(([time]) => time)
    expect(seen[0][0]).toBe(110_000)
    // The request is in its pod from 55 to 555 ms; probes reach it at 105, 205, 305, 405 and 505 ms.
    expect(busy).toEqual([110_000, 210_000, 310_000, 410_000, 510_000])
  })
})
