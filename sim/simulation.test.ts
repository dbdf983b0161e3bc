/** Whole runs with everything on and every law checked after each event. */
import { describe, expect, it } from 'vitest'
import { nodeAutoscalers } from './autoscaling/nodes/index.ts'
import { replicaAutoscalers } from './autoscaling/replicas/index.ts'
import { packers } from './binpacking/index.ts'
import { choose, input, noDelays, pool, requests, service, shape, stepped } from './testing/input.ts'
import type { FlatBackground, FlatInput } from './testing/input.ts'
import type { SimulationInput } from './input.ts'
import { schedulers } from './scheduling/index.ts'
import { simulate, Simulation } from './simulation.ts'
import { balancers } from './slb/index.ts'
import type { PodSource } from './input.ts'

const GiB = 1024 ** 3

/** Pods of three shapes, one with a share of a GPU, that come and go. */
const churn: FlatBackground = {
  name: 'churn',
  pods: (stream): PodSource => {
    const draws = stream('churn')
    let time = 0
    const source = {
      shape: 0,
      shapes: [
        shape({ cpu: 2000, memory: 4 * GiB, usage: 0.9 }),
        shape({ cpu: 500, memory: GiB, usage: 2.5 }),
        shape({ cpu: 1000, gpus: 1, gpuMilli: 300, usage: 0.5 }),
      ],
      duration: 0,
      meanDuration: 40e6,
      stationary: true,
      notes: [],
      next: () => {
        time += Math.round(-Math.log(1 - draws.next()) * 1e6)
        source.shape = draws.int(3)
        source.duration = 1 + draws.int(80e6)
        return time
      },
    }
    return source
  },
}

const everything = (partial: Partial<FlatInput> = {}): SimulationInput =>
  input({
    horizon: 400e6,
    warmup: 50e6,
    ageing: 120e6,
    sample: 10e6,
    pools: [pool(12, { cpu: 4000, memory: 16 * GiB, gpus: 2, gpuModel: 'T4' }, { min: 4, max: 40, provision: 20e6 })],
    background: [churn],
    services: [
      service({
        replicas: 8,
        minReplicas: 2,
        maxReplicas: 60,
        threads: 4,
        queue: 20,
        shape: shape({ cpu: 500, memory: GiB, limit: 1500 }),
        timeout: 300_000,
        cancel: false,
        retries: { limit: 2, backoff: 50_000, budget: 0.2 },
        networkDelay: 250,
        grace: 2e6,
        preStop: 1e6,
        pull: 3e6,
        start: 2e6,
        probe: 5e6,
        requests: stepped(60, 300, 200, { kind: 'lognormal', mean: 20_000, cv: 1.5 }, { kind: 'constant', value: 2000 }),
      }),
      service({
        name: 'api',
        replicas: 3,
        threads: 0,
        shape: shape({ cpu: 300, memory: GiB, limit: 1000 }),
        requests: requests(40, { kind: 'exponential', mean: 15_000 }),
      }),
    ],
    delays: { ...noDelays, decision: 1000, perNode: 10, bind: 100_000, pull: 1e6, start: 1e6, propagation: 1e6 },
    replicas: choose(replicaAutoscalers, 'target-utilization', { scaleDownWindow: 60e6 }),
    nodes: choose(nodeAutoscalers, 'on-demand', { unneeded: 30e6, delayAfterAdd: 30e6 }),
    slb: choose(balancers, 'two-choices'),
    balancers: 2,
    contentionEpoch: 1000,
    ...partial,
  })

describe('a run with everything on', () => {
  it.each([
    ['the scheduler', {}],
    ['rounds of a packer', { binpacking: { ...choose(packers, 'best-fit-decreasing'), role: 'both' as const, every: 1e6 } }],
    [
      'a random scheduler, random balancers, exact contention',
      { scheduling: choose(schedulers, 'random'), slb: choose(balancers, 'random'), contentionEpoch: 0 },
    ],
  ])('keeps every law with %s', (_name, partial) => {
    const simulation = new Simulation(everything(partial))
    const { metrics, series } = simulation.run()
    expect(metrics['scaling-actions']).toBeGreaterThan(0)
    expect(metrics['interference']).toBeGreaterThan(0)
    expect(metrics['retry-amplification']).toBeGreaterThanOrEqual(1)
    expect(metrics['allocation-gpu']).toBeGreaterThan(0)
    expect(simulation.parts.cluster.gone).toBeGreaterThan(300)
    expect(series.rows).toBe(40)
  })

  it('is the same twice, another replication is another run', () => {
    const first = simulate(everything())
    expect(simulate(everything())).toEqual(first)
    expect(simulate(everything({ replication: 1 })).metrics).not.toEqual(first.metrics)
    expect(simulate(everything({ check: false }))).toEqual(first)
  })

  it('common random numbers: policies that compete see the same requests and the same background', () => {
    const arrivals = (partial: Partial<FlatInput>) => {
      const simulation = new Simulation(everything(partial))
      simulation.run()
      return [...simulation.parts.clients.list.map(({ ledger }) => ledger.arrived), [...simulation.parts.clients.list[0].ledger.arrivedIn]]
    }
    expect(arrivals({ slb: choose(balancers, 'round-robin'), scheduling: choose(schedulers, 'best-fit') })).toEqual(arrivals({}))
  })

  it('a run always ends: a budget of events stops it with a word', () => {
    expect(() => simulate(everything({ eventBudget: 1000 }))).toThrow(/budget of 1000 events/)
  })

  it('a scheduler that insists on a full node ends the run with its name', () => {
    const stubborn = {
      definition: { ...schedulers.find('random')!, name: 'stubborn', create: () => ({ place: () => 0, examined: 1 }) },
      values: {},
    }
    expect(() => simulate(everything({ scheduling: stubborn }))).toThrow(/stubborn/)
  })

  it('drained and shrunk nodes are paid for no longer, and their pods live on', () => {
    // No background: after the start two nodes of six hold everything, so the rest goes down to the pool's minimum.
    const { metrics, series } = simulate(
      everything({ background: [], ageing: 0, pools: [pool(6, {}, { min: 1, max: 6, provision: 20e6 })] }),
    )
    const nodes = series.columns.find((column) => column.name === 'nodes')!.values as Float64Array
    expect(nodes[nodes.length - 1]).toBeLessThan(6)
    expect(metrics['nodes-mean']).toBeLessThan(6)
    expect(metrics['errors-lost']).toBe(0)
  })
})
