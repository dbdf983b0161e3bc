/** The two proofs that the circle is closed: packing reaches latency, delays reach recovery. */
import { describe, expect, it } from 'vitest'
import { nodeAutoscalers } from './autoscaling/nodes/index.ts'
import { replicaAutoscalers } from './autoscaling/replicas/index.ts'
import { NONE } from './cluster/views.ts'
import { choose, input, noDelays, pool, requests, service, shape, standing, stepped } from './testing/input.ts'
import type { FlatService } from './testing/input.ts'
import type { Delays, SimulationInput } from './input.ts'
import { schedulers } from './scheduling/index.ts'
import { balancers } from './slb/index.ts'
import { simulate, Simulation } from './simulation.ts'

const GiB = 1024 ** 3
/** Student's t at 95 % (two-sided) by number of replications, from published tables. */
const T95: Record<number, number> = { 3: 4.303, 8: 2.365, 10: 2.262 }
const REPLICATIONS = 8

describe('(a) packing reaches latency', () => {
  /** 16 nodes of 16 cores; 64 web pods, 16 background pods; the named places keep the mix of a full node at 16 web and 4 background. */
  function cluster(scheduler: string, rate: number, usage: number, replication: number): SimulationInput {
    return input({
      replication,
      horizon: 160e6,
      warmup: 10e6,
      check: false,
      sample: 160e6,
      pools: [pool(16, { resources: { web: 16, background: 4 } })],
      scheduling: choose(schedulers, scheduler),
      background: [standing(Array.from({ length: 16 }, () => shape({ cpu: 2000, memory: 8 * GiB, usage, resources: { background: 1 } })))],
      services: [
        service({
          replicas: 64,
          threads: 8,
          shape: shape({ cpu: 500, memory: 2 * GiB, limit: 2000, resources: { web: 1 } }),
          requests: requests(rate, { kind: 'lognormal', mean: 8000, cv: 1.5 }, { kind: 'constant', value: 4000 }),
        }),
      ],
    })
  }

  /** Served and background pods on each node that holds any. */
  function layout(scheduler: string): Set<string> {
    const simulation = new Simulation(cluster(scheduler, 10, 1.5, 0))
    simulation.run()
    const { nodes, pods } = simulation.parts.cluster.view
    const on = Array.from({ length: nodes.count }, () => [0, 0])
    for (let pod = 0; pod < pods.count; pod++) if (pods.node[pod] !== NONE) on[pods.node[pod]][pods.service[pod] === NONE ? 1 : 0]++
    return new Set(
      on.filter(([web, background]) => web + background > 0).map(([web, background]) => `${web} web + ${background} background`),
    )
  }

  const p99 = (of: SimulationInput): number => simulate(of).metrics['latency-p99'] as number
  /** 95 % interval of the geometric mean of packed over loose on equal seeds. */
  function ratio(rate: number, usage: number, replications: number): { low: number; high: number } {
    const logs: number[] = []
    for (let replication = 0; replication < replications; replication++) {
      logs.push(Math.log(p99(cluster('best-fit', rate, usage, replication)) / p99(cluster('least-allocated', rate, usage, replication))))
    }
    const mean = logs.reduce((sum, x) => sum + x, 0) / logs.length
    const variance = logs.reduce((sum, x) => sum + (x - mean) * (x - mean), 0) / (logs.length - 1)
    const half = T95[replications] * Math.sqrt(variance / replications)
    return { low: Math.exp(mean - half), high: Math.exp(mean + half) }
  }

  it('best-fit puts 16 web + 4 background on each of 4 nodes, least-allocated 4 + 1 on each of 16', () => {
    expect([...layout('best-fit')]).toEqual(['16 web + 4 background'])
    expect([...layout('least-allocated')]).toEqual(['4 web + 1 background'])
  })
  // The background's 1.5 cores a pod are 75 % of its request of 2; weights are requests, so a full node leaves the web pods 10 of 16 cores.
  it('background at 1.5 cores, 1,600 requests/s (0.2 cores a web pod): equivalent within 5 % over ten seeds', () => {
    const { low, high } = ratio(1600, 0.75, 10)
    expect(low).toBeGreaterThan(1 / 1.05)
    expect(high).toBeLessThan(1.05)
  })
  it('background at 1.5 cores, 4,400 requests/s (0.55 cores a web pod): packed is at least 1.4 times loose', () => {
    expect(ratio(4400, 0.75, 3).low).toBeGreaterThan(1.4)
  })
  it('negative control: background at 0.75 cores, 4,400 requests/s: no effect', () => {
    const { low, high } = ratio(4400, 0.375, 3)
    expect(low).toBeGreaterThan(1 / 1.05)
    expect(high).toBeLessThan(1.05)
  })
  it('agrees within 8 % with a small simulation made elsewhere: packed/loose p99 of 64/62, 79/64, 111/66, 278/67 ms at 0.4, 0.5, 0.55, 0.6 cores', () => {
    for (const [cores, packed, loose] of [
      [0.4, 64, 62],
      [0.5, 79, 64],
      [0.55, 111, 66],
      [0.6, 278, 67],
    ]) {
      const rate = (cores * 64) / 0.008
      expect(Math.abs(p99(cluster('best-fit', rate, 0.75, 0)) / packed - 1), `packed at ${cores} cores`).toBeLessThan(0.08)
      expect(Math.abs(p99(cluster('least-allocated', rate, 0.75, 0)) / loose - 1), `loose at ${cores} cores`).toBeLessThan(0.08)
    }
  })
  it('background above its request (3 cores, 150 %) takes what the web pods leave: the effect is there at 1,600 requests/s already', () => {
    expect(ratio(1600, 1.5, 3).low).toBeGreaterThan(1.2)
  })
  it('a contention epoch of 1 ms is within 1 % of the exact twin at p99, where contention is strongest', () => {
    const of = cluster('best-fit', 4400, 0.75, 0)
    const exact = p99(of)
    expect(Math.abs(p99({ ...of, contentionEpoch: 1000 }) - exact) / exact).toBeLessThan(0.01)
  })
})

describe('(b) delays reach recovery', () => {
  interface Times extends Delays {
    readonly provision: number
    readonly startPod: number
    readonly pullPod: number
    readonly probe: number
    readonly sync: number
  }
  // Probe off: it is a periodic delay and would blur the fixed ones. The node autoscaler's scan, of which the proof says nothing, is 1 s.
  const base: Times = {
    ...noDelays,
    scrape: 15e6,
    window: 30e6,
    sync: 15e6,
    propagation: 2e6,
    provision: 60e6,
    pullPod: 20e6,
    startPod: 10e6,
    probe: 0,
  }

  function recovery(times: Partial<Times> = {}, replication = 0): number {
    const of = { ...base, ...times }
    const web: FlatService = service({
      replicas: 20,
      minReplicas: 1,
      maxReplicas: 200,
      shape: shape({ cpu: 500, limit: 1000, memory: GiB }),
      threads: 0,
      // Just under the timeout, so that recovery means that requests are answered; at 29 pods and more they are.
      objective: 900_000,
      allowance: 0.05,
      timeout: 1e6,
      cancel: true,
      pull: of.pullPod,
      start: of.startPod,
      probe: of.probe,
      requests: stepped(700, 2800, 300, { kind: 'constant', value: 10_000 }),
    })
    const { metrics, refused } = simulate(
      input({
        replication,
        horizon: 750e6,
        warmup: 60e6,
        check: false,
        disturbance: 300e6,
        // One pod fills a node's memory, so each new pod needs a node.
        pools: [pool(20, { cpu: 1000, memory: GiB }, { max: 200, provision: of.provision })],
        services: [web],
        delays: of,
        slb: choose(balancers, 'two-choices'),
        replicas: choose(replicaAutoscalers, 'target-utilization', { target: 0.7, every: of.sync }),
        nodes: choose(nodeAutoscalers, 'on-demand', { interval: 1e6 }),
      }),
    )
    expect(refused['recovery']).toBeUndefined()
    return metrics['recovery'] as number
  }

  const whole = recovery()
  const saved = (times: Partial<Times>): number => whole - recovery(times)
  const within = (delay: number) => Math.max(1, 0.1 * delay)

  it.each([
    ['provisioning', { provision: 0 }, 60],
    ['image pull', { pullPod: 0 }, 20],
    ['start', { startPod: 0 }, 10],
    ['propagation', { propagation: 0 }, 2],
  ] as const)('without %s recovery comes earlier by that delay, within 10 %% or 1 s', (_name, times, delay) => {
    expect(Math.abs(saved(times) - delay)).toBeLessThanOrEqual(within(delay))
  })

  it('a readiness probe every 5 s costs between nothing and one period', () => {
    const cost = recovery({ probe: 5e6 }) - whole
    expect(cost).toBeGreaterThanOrEqual(0)
    expect(cost).toBeLessThanOrEqual(6)
  })

  it.each([
    ['the scrape', { scrape: 0 }],
    ['the sync', { sync: 0 }],
  ] as const)(
    'without the period of %s recovery comes earlier by between nothing and one period, by half of it on average',
    (_name, times) => {
      const costs = Array.from({ length: REPLICATIONS }, (_, replication) => recovery({}, replication) - recovery(times, replication))
      for (const cost of costs) {
        expect(cost).toBeGreaterThanOrEqual(-1)
        expect(cost).toBeLessThanOrEqual(15 + 1)
      }
      const mean = costs.reduce((sum, x) => sum + x, 0) / costs.length
      const variance = costs.reduce((sum, x) => sum + (x - mean) * (x - mean), 0) / (costs.length - 1)
      const half = T95[REPLICATIONS] * Math.sqrt(variance / costs.length)
      expect(mean).toBeGreaterThan(0)
      expect(Math.abs(mean - 7.5), `${costs.join(' ')}: ${mean} ± ${half}`).toBeLessThan(half)
    },
  )

  it('a shorter averaging window recovers no later (the sign only)', () => {
    expect(saved({ window: 0 })).toBeGreaterThanOrEqual(0)
  })
})
