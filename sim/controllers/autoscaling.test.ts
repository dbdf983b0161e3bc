/** What an autoscaler is told, and when: scrapes, windows, latenesses and periods, by hand. */
import { describe, expect, it } from 'vitest'
import type { LoadView } from '../autoscaling/replicas/policy.ts'
import { choose, input, noDelays, pool, script, service, shape } from '../testing/input.ts'
import type { FlatService, FlatInput } from '../testing/input.ts'
import { sizeAutoscalers } from '../autoscaling/sizes/index.ts'
import { replicaAutoscalers } from '../autoscaling/replicas/index.ts'
import { Simulation } from '../simulation.ts'

const SECOND = 1e6

/** An autoscaler that notes what it sees and answers by `wants` (the present number when it has no opinion). */
function spy(every: number, wants: (view: LoadView) => number = (view) => view.replicas) {
  const seen: LoadView[] = []
  const none = choose(replicaAutoscalers, 'none')
  const desired = (view: LoadView) => {
    seen.push({ ...view })
    return wants(view)
  }
  return { seen, replicas: { ...none, definition: { ...none.definition, name: 'spy', create: () => ({ every, desired }) } } }
}

/** One pod of request 1 core; 10 s of work in one go from 20 s on; scrapes, and so syncs, whose phase the seed decides. */
function watch(partial: Partial<FlatService>, around: Partial<FlatInput>, every = 0, wants?: (view: LoadView) => number) {
  const { seen, replicas } = spy(every, wants)
  const simulation = new Simulation(
    input({
      horizon: 120 * SECOND,
      sample: 120 * SECOND,
      pools: [pool(4)],
      services: [
        service({ maxReplicas: 50, minReplicas: 0, shape: shape({ cpu: 1000 }), requests: script([[20_000, 0, 10_000]]), ...partial }),
      ],
      replicas,
      ...around,
    }),
  )
  const result = simulation.run()
  return { seen, simulation, ...result }
}

/** Of the work from 20 to 30 s, the part in a window, over its length. */
const busyShare = (from: number, to: number) => Math.max(0, Math.min(to, 30 * SECOND) - Math.max(from, 20 * SECOND)) / (to - from)

describe('the metric pipeline', () => {
  it.each([
    [5, 5],
    [5, 20],
    [10, 30],
  ])(
    'scraped every %d s over a window of %d s: the share of exactly that window (fewer scrapes at first), and the arrivals in it',
    (scrape, window) => {
      const { seen } = watch({}, { delays: { ...noDelays, scrape: scrape * SECOND, window: window * SECOND } })
      expect(seen.length).toBeGreaterThanOrEqual(Math.floor(120 / scrape))
      expect(seen[0].measured).toBe(0) // one scrape gives no rate
      expect(seen[0].utilization).toBeNaN()
      const start = seen[0].now
      for (const view of seen.slice(1)) {
        const from = Math.max(start, view.now - window * SECOND)
        expect(view.measured).toBe(1)
        expect(view.utilization).toBeCloseTo(busyShare(from, view.now), 9)
        const arrived = from < 20 * SECOND && view.now >= 20 * SECOND ? 1 : 0
        expect(view.rate).toBeCloseTo((arrived * SECOND) / (view.now - from), 9)
      }
    },
  )
  it('a sync between scrapes reads the last one: what is new since then is not seen', () => {
    const delays = { ...noDelays, scrape: 10 * SECOND, window: 10 * SECOND }
    const scrapes = watch({}, { delays }).seen.map(({ now }) => now)
    const { seen } = watch({}, { delays }, 3 * SECOND)
    for (const view of seen) {
      const last = scrapes.filter((time) => time <= view.now).pop()
      if (last === undefined || last === scrapes[0]) expect(view.utilization).toBeNaN()
      else expect(view.utilization).toBeCloseTo(busyShare(last - 10 * SECOND, last), 9)
    }
    expect(seen.length).toBeGreaterThanOrEqual(39)
  })
  it('without a scrape period samples are taken when they are asked for', () => {
    const { seen } = watch({}, { delays: { ...noDelays, scrape: 0, window: 10 * SECOND } }, 10 * SECOND)
    for (const view of seen.slice(1)) expect(view.utilization).toBeCloseTo(busyShare(view.now - 10 * SECOND, view.now), 9)
    expect(() => watch({}, { delays: { ...noDelays, scrape: 0 } }, 0)).toThrow(/the scrape period is 0/)
  })
  it('use above the request is above 100 %: a request of 250m and one core in use is 400 %', () => {
    const { seen } = watch({ shape: shape({ cpu: 250 }) }, { delays: { ...noDelays, scrape: 5 * SECOND, window: 5 * SECOND } })
    expect(Math.max(...seen.slice(1).map(({ utilization }) => utilization))).toBeCloseTo(4, 9)
  })
  it('requests in flight: the mean over the scrapes of the window, a pod', () => {
    const { seen } = watch({}, { delays: { ...noDelays, scrape: 5 * SECOND, window: 5 * SECOND } })
    for (const view of seen.slice(1)) {
      const at = (time: number) => (time >= 20 * SECOND && time < 30 * SECOND ? 1 : 0)
      expect(view.inFlight).toBe((at(view.now) + at(view.now - 5 * SECOND)) / 2)
    }
  })
  it('a pod counts once it was scraped for a whole window, though it took the row of one that has gone', () => {
    // Down to none after 40 s, up to one again after 60 s; the new pod has never worked.
    let step = 0
    const wants = (view: LoadView) => {
      if (view.now > 60 * SECOND) return 1
      return view.now > 40 * SECOND ? 0 : ++step && 1
    }
    const { seen } = watch({ grace: 0 }, { delays: { ...noDelays, scrape: 5 * SECOND, window: 30 * SECOND } }, 0, wants)
    const back = seen.findIndex(({ now }) => now > 60 * SECOND)
    expect(seen[back].ready).toBe(0)
    expect(seen[back + 1]).toMatchObject({ ready: 1, measured: 0 }) // scraped once
    expect(seen[back + 6]).toMatchObject({ ready: 1, measured: 0 }) // 25 s of 30
    expect(seen[back + 7]).toMatchObject({ ready: 1, measured: 1, utilization: 0 })
  })
})

describe('minReplicas: 0', () => {
  it('is refused with an autoscaler whose metric exists only while a pod is ready', () => {
    const replicas = choose(replicaAutoscalers, 'target-utilization')
    const of = input({ services: [service({ minReplicas: 0 })], replicas })
    expect(() => new Simulation(of)).toThrow(/^minReplicas of web: found 0 with target-utilization/)
  })
})

describe('replica syncs', () => {
  it('come every period, and the wish is clamped to the bounds', () => {
    const { seen, simulation } = watch({ minReplicas: 1, maxReplicas: 3 }, {}, 7 * SECOND, () => 1000)
    for (let i = 1; i < seen.length; i++) expect(seen[i].now - seen[i - 1].now).toBe(7 * SECOND)
    expect(seen[0].now).toBeLessThan(7 * SECOND)
    expect(seen[1]).toMatchObject({ replicas: 3, ready: 3, min: 1, max: 3 })
    expect(simulation.parts.scaling.actions).toBe(1)
  })
  it('a wish that is no whole number ends the run with the service', () => {
    expect(() => watch({}, {}, 7 * SECOND, () => 1.5)).toThrow(/autoscaler of web wants 1.5 replicas/)
  })
  it('the phase is the luck of the replication: other replications sync at other times', () => {
    const first = (replication: number) => watch({}, { replication }, 60 * SECOND).seen[0].now
    expect(new Set([0, 1, 2, 3].map(first)).size).toBe(4)
  })
  it('the ratio rule acts on what was scraped: four cores in use at a request of one and a target of 70 % want 5.7, so 6 pods', () => {
    // Four requests of 60 s of work on one pod of up to 4 cores from 20 s on: at full use 4 / 0.7 = 5.7.
    const rows = Array.from({ length: 4 }, () => [20_000, 0, 60_000] as const)
    const simulation = new Simulation(
      input({
        horizon: 60 * SECOND,
        sample: 60 * SECOND,
        services: [service({ maxReplicas: 50, threads: 0, shape: shape({ cpu: 1000, limit: 4000 }), requests: script(rows) })],
        replicas: choose(replicaAutoscalers, 'target-utilization', { every: 5 * SECOND }),
        delays: { ...noDelays, scrape: SECOND, window: 2 * SECOND },
      }),
    )
    simulation.run()
    expect(simulation.parts.replicaSets.desired[0]).toBe(6)
  })
})

describe('size syncs', () => {
  it('change the request of pods that are created from then on, not of those there are', () => {
    const none = choose(sizeAutoscalers, 'none')
    const sizes = {
      ...none,
      definition: { ...none.definition, name: 'twice', create: () => ({ every: 10 * SECOND, recommend: () => ({ cpu: 2000 }) }) },
    }
    const { simulation } = watch({}, { sizes }, 50 * SECOND, (view) => (view.now > 50 * SECOND ? 2 : 1))
    const { pods } = simulation.parts.cluster
    expect(simulation.parts.replicaSets.podsOf(0).map((pod) => pods.cpu[pod])).toEqual([1000, 2000])
  })
})
