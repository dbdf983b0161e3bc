/** Contention on one node, to the microsecond: who joins and leaves while requests run, limits and weights, and that no core is lost. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Simulator } from '../engine/simulator.ts'
import { coming, input, pool, script, service, shape } from '../testing/input.ts'
import type { FlatBackground, FlatService } from '../testing/input.ts'
import { Simulation } from '../simulation.ts'
import { CpuShares } from './cpu-shares.ts'
import { Servers } from './servers.ts'
import { WorkHeaps } from './work-heaps.ts'

/** Latencies [ms] of the only request of each service, on one node of so many millicores. */
function latencies(
  cpu: number,
  services: readonly FlatService[],
  background: readonly FlatBackground[] = [],
  contentionEpoch = 0,
): number[] {
  const simulation = new Simulation(
    input({ horizon: 10e6, sample: 10e6, pools: [pool(1, { cpu, pods: 1000 })], services, background, contentionEpoch }),
  )
  simulation.run()
  return simulation.parts.clients.list.map(({ ledger }) => ledger.latencySum / 1000)
}

const pod = (name: string, cpu: number, limit: number, rows: Parameters<typeof script>[0]): FlatService =>
  service({ name, threads: 0, shape: shape({ cpu, memory: 1, limit }), requests: script(rows) })
/** Background of one core's request that wants `usage` cores. */
const load = (at: number, duration: number, usage: number, cpu = 100) =>
  coming([[at, shape({ cpu, memory: 1, usage: (usage * 1000) / cpu }), duration]])

describe('background beside a running request', () => {
  it('joins: 100 of work from 0 at one core; from 40 on half of it: 60 left take 120, so 160', () => {
    expect(latencies(1000, [pod('web', 100, 1000, [[0, 0, 100]])], [load(40, 1e6, 5)])).toEqual([160])
  })
  it('leaves: half a core until 40, then a whole one: 20 + 80, so 120', () => {
    expect(latencies(1000, [pod('web', 100, 1000, [[0, 0, 100]])], [load(0, 40, 5)])).toEqual([120])
  })
  it('that fits takes nothing away: 2 cores, one wanted by each', () => {
    expect(latencies(2000, [pod('web', 100, 1000, [[0, 0, 100]])], [load(0, 1e6, 1)])).toEqual([100])
  })
  it('with little appetite is served first: it wants 0.2 of one core, so 0.8 are left: 125', () => {
    expect(latencies(1000, [pod('web', 100, 1000, [[0, 0, 100]])], [load(0, 1e6, 0.2)])).toEqual([125])
  })
  it('of other usage is another claim: 0.1 + (2 wanted, weight 100), web weight 200: 0.9 split 1:2, so 0.6: 166.667', () => {
    expect(latencies(1000, [pod('web', 200, 1000, [[0, 0, 100]])], [load(0, 1e6, 0.1), load(0, 1e6, 2)])).toEqual([166.667])
  })
  it('of many usages finds room: 200 pods of 5m that want 1m, 2m ... 200m beside one request', () => {
    const rows = Array.from({ length: 200 }, (_, i) => [0, shape({ cpu: 5, memory: 1, usage: (i + 1) / 5 }), 1e6] as const)
    const web = pod('web', 500, 1000, [[0, 0, 100]])
    expect(latencies(21_100, [web], [coming(rows)])).toEqual([100]) // 20.1 + 1 wanted
    // On 2 cores, at a level of l cores per core asked for: pods that want up to 5m x l are satisfied. For l in 1.2 to 1.4 these are six, 21m together:
    // 0.021 + 194 x 0.005 l + 0.5 l = 2, so l = 1.979 / 1.47 = 1.346, and the request runs at half of it.
    expect(latencies(2000, [web], [coming(rows)])[0]).toBeCloseTo(100 / (0.5 * (1.979 / 1.47)), 2)
  })
})

describe('limits and weights', () => {
  it('four requests in a pod of 2 cores run at half a core each: 10 of work takes 20', () => {
    expect(latencies(16_000, [pod('web', 500, 2000, Array(4).fill([0, 0, 10]))])).toEqual([80])
  })
  it('what a limit leaves goes to the other: 3 cores, weights equal, limits 0.5 and none with 4 requests: 20 and 4 x 16', () => {
    // First pod 0.5; second 2.5 over four requests, 0.625 each: 10 of work is through at 16.
    expect(latencies(3000, [pod('a', 500, 500, [[0, 0, 10]]), pod('b', 500, 0, Array(4).fill([0, 0, 10]))])).toEqual([20, 64])
  })
  it('a pod that asks for no CPU has the smallest weight, and still runs', () => {
    // 2 to 998: it gets 0.002 cores until the other is through at 10 / 0.998 = 10.021 (rounded up to whole µs); 0.020 done, 1 - 0.020 = 0.980 left.
    const [idle, busy] = latencies(1000, [pod('none', 0, 0, [[0, 0, 1]]), pod('all', 998, 0, [[0, 0, 10]])])
    expect(busy).toBeCloseTo(10.021, 3)
    expect(idle).toBeCloseTo(10.021 + 1 - 0.002 * 10.021, 2)
  })
})

describe('the epoch', () => {
  it('a change within it is served at the last level, then shared out: 1 core, the second from 0.4 on, epoch 1 ms', () => {
    // At 0 nothing is contended. At 0.4 the second comes: shared out at once (the last sharing is long ago): half each. At 0.6 a third comes: it runs
    // at the level of then, half a core, until 1.4; from then on a third each.
    const three = [pod('a', 100, 0, [[0, 0, 10]]), pod('b', 100, 0, [[0.4, 0, 10]]), pod('c', 100, 0, [[0.6, 0, 10]])]
    const exact = latencies(1000, three, [], 0)
    const epoch = latencies(1000, three, [], 1000)
    // Exact: a has done 0.4 + 0.1 at 0.6, then a third: 9.5 x 3 = 28.5 -> 29.1.
    expect(exact[0]).toBeCloseTo(29.1, 2)
    // With the epoch: 0.4 + 0.5 at 1.4, then a third: 9.1 x 3 = 27.3 -> 28.7.
    expect(epoch[0]).toBeCloseTo(28.7, 2)
  })
})

describe('work conservation', () => {
  it('property: shared out exactly, the rates sum to min(capacity, demand), and each is within its limit', () => {
    const server = fc.record({
      weight: fc.integer({ min: 1, max: 4000 }),
      limit: fc.integer({ min: 1, max: 8000 }),
      running: fc.integer({ min: 0, max: 12 }),
    })
    const background = fc.record({ request: fc.integer({ min: 0, max: 4000 }), usage: fc.constantFrom(0.25, 0.5, 1, 1.5, 3) })
    const steps = fc.array(
      fc.oneof(fc.record({ server, background: fc.constant(null) }), fc.record({ server: fc.constant(null), background })),
      { minLength: 1, maxLength: 25 },
    )
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 32_000 }), steps, (capacity, joins) => {
        const simulator = new Simulator()
        const servers = new Servers()
        const heaps = new WorkHeaps()
        const shares = new CpuShares({ simulator, servers, heaps, input: { contentionEpoch: 0 } })
        simulator.on(shares.workEnds, () => {})
        shares.addNode(0, capacity)
        let demand = 0
        let backgroundDemand = new Map<number, number>()
        for (const { server: joining, background: flow } of joins) {
          if (flow !== null) {
            shares.background(0, flow.request, flow.usage, 1)
            backgroundDemand = backgroundDemand.set(flow.usage, (backgroundDemand.get(flow.usage) ?? 0) + flow.request)
          }
          if (joining !== null) {
            const row = servers.take()
            heaps.open(row)
            servers.node[row] = 0
            servers.weight[row] = joining.weight
            servers.limit[row] = joining.limit
            shares.attach(row, 0)
            for (let i = 0; i < joining.running; i++) heaps.push(row, 1e6 + i, i)
            shares.demandChanged(row)
            demand += Math.min(joining.running * 1000, joining.limit)
          }
          // The rest of the node, if it is short, goes to the background by one level; what servers get is theirs.
          let given = 0
          let level = 0
          for (let row = 0; row < servers.high; row++) {
            if (heaps.size[row] === 0) continue
            const millicores = servers.rate[row] * heaps.size[row] * 1000
            expect(millicores).toBeLessThanOrEqual(servers.demand[row] + 1e-9)
            given += millicores
            if (millicores < servers.demand[row] - 1e-6) level = millicores / servers.weight[row]
          }
          let flowing = 0
          let wanted = demand
          for (const [usage, request] of backgroundDemand) {
            const appetite = Math.round(request * usage)
            wanted += appetite
            flowing += level > 0 ? Math.min(appetite, request * level) : appetite
          }
          expect(shares.demanded.value).toBe(wanted)
          expect(shares.delivered.value).toBe(Math.min(wanted, capacity))
          expect(shares.usedOn(0)).toBe(Math.min(wanted, capacity))
          // Without a server that is short, only the background can be: then it takes what is left.
          if (level > 0 || wanted <= capacity) expect(given + flowing).toBeCloseTo(Math.min(wanted, capacity), 5)
          else expect(given).toBeLessThanOrEqual(capacity + 1e-6)
        }
      }),
      { seed: 11, numRuns: 200 },
    )
  })
  it('a whole run: work done is work delivered, on a node that is short of CPU all the time', () => {
    const rows = Array.from({ length: 60 }, (_, i) => [i * 3, 0, 20] as const)
    const simulation = new Simulation(
      input({
        horizon: 10e6,
        sample: 10e6,
        pools: [pool(1, { cpu: 1500 })],
        services: [pod('a', 300, 1000, rows), pod('b', 100, 0, rows)],
        background: [load(100, 400, 0.7, 500)],
      }),
    )
    simulation.run()
    const { servers, shares, simulator } = simulation.parts
    const work = servers.used[0] + servers.used[1]
    expect(work / 1e3).toBeCloseTo(2 * 60 * 20, 2)
    // Delivered [millicore·µs]: that work and the background's share; it was satisfied when it got 0.7 cores for 400 ms.
    expect(shares.delivered.integral(simulator.now) / 1e6 - work / 1e3).toBeLessThanOrEqual(0.7 * 400 + 1)
  })
})
