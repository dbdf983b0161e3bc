/** From bound to ready, and out again, to the microsecond. */
import { describe, expect, it } from 'vitest'
import { choose, coming, input, noDelays, pool, script, service, shape } from '../testing/input.ts'
import type { FlatService, FlatInput } from '../testing/input.ts'
import { Simulation } from '../simulation.ts'
import { balancers } from '../slb/index.ts'

const SECOND = 1e6

/** One pod from the origin on, which the deeds [s] change; a second one, created at 10 s, goes the whole way. */
function run(
  partial: Partial<FlatService>,
  around: Partial<FlatInput> = {},
  deeds: readonly (readonly [at: number, replicas: number])[] = [[10, 2]],
) {
  const simulation = new Simulation(
    input({
      horizon: 100 * SECOND,
      sample: 100 * SECOND,
      services: [service({ minReplicas: 0, maxReplicas: 9, shape: shape({ cpu: 1000, limit: 1000 }), requests: script([]), ...partial })],
      ...around,
    }),
  )
  for (const [at, replicas] of deeds) simulation.parts.simulator.call(at * SECOND, () => simulation.parts.replicaSets.scale(0, replicas))
  const result = simulation.run()
  return { ...result, parts: simulation.parts, ledger: simulation.parts.clients.list[0].ledger }
}

describe('the way in', () => {
  const delays = { ...noDelays, decision: 100_000, bind: 200_000, pull: 7 * SECOND, start: 7 * SECOND }

  it('is decision 0.1 + bind 0.2 + pull 3 + start 2 = 5.3 s without a probe; the first pod was there from the start', () => {
    const { parts } = run({ pull: 3 * SECOND, start: 2 * SECOND }, { delays })
    expect(parts.pods.toReady.count).toBe(2)
    expect(parts.pods.toReady.sum).toBe(5.3 * SECOND)
    expect(parts.pods.pending.sum).toBe(100_000)
  })
  it('waits for a probe less than one period more, the same in each run of a seed, another in another replication', () => {
    const waits = [0, 1, 2, 3].map(
      (replication) =>
        run({ start: 2 * SECOND, probe: 10 * SECOND }, { delays: noDelays, replication }).parts.pods.toReady.sum - 2 * SECOND,
    )
    for (const wait of waits) {
      expect(wait).toBeGreaterThanOrEqual(0)
      expect(wait).toBeLessThan(10 * SECOND)
    }
    expect(new Set(waits).size).toBe(4)
    expect(run({ start: 2 * SECOND, probe: 10 * SECOND }, { delays: noDelays }).parts.pods.toReady.sum).toBe(2 * SECOND + waits[0])
  })
  it('ends at the balancers `propagation` later: one pod is gone at 30 s, the other ready at 40 s and known at 42 s', () => {
    // Propagation 2 s: requests at 31 s meet the pod that went, those from 32 to 42 s no pod, those after it the new one.
    const requests = script([
      [29_000, 0, 1],
      [31_000, 0, 1],
      [33_000, 0, 1],
      [41_000, 0, 1],
      [43_000, 0, 1],
    ])
    const { metrics, ledger } = run({ start: 10 * SECOND, requests }, { delays: { ...noDelays, propagation: 2 * SECOND } }, [
      [30, 0],
      [30.0, 1],
    ])
    expect(ledger.answered).toBe(2)
    expect(metrics['errors-refused']).toBe(20)
    expect(metrics['errors-no-backend']).toBe(40)
  })
  it('a background pod runs from bind + pull + start on, for its time: bound at 10.1, runs 24.3 to 29.3 s', () => {
    const background = [coming([[10_000, shape({ cpu: 4000, usage: 0.5 }), 5000]])]
    const { metrics, parts } = run({ replicas: 0 }, { delays, background, pools: [pool(1, { cpu: 10_000 })] }, [])
    // It holds its room from the decision on, which is made at 10 s: 19.3 of 100 s x 4 of 10 cores; it uses 2 cores for 5 s.
    expect(metrics['allocation-cpu']).toBeCloseTo(0.193 * 40, 10)
    expect(metrics['usage-cpu']).toBeCloseTo(0.05 * 20, 10)
    expect(parts.cluster.gone).toBe(1)
  })
})

describe('the way out', () => {
  it('preStop 5 s: goes on accepting until 35 s, then refuses; the grace counts from 30 s and kills at 40 s', () => {
    // 31 s: 100 s of work, lost at 40 s. 34 s: accepted. 36 s: refused (balancers hear only after 20 s).
    const requests = script([
      [31_000, 0, 100_000],
      [34_000, 0, 1000],
      [36_000, 0, 1],
    ])
    const { metrics, ledger } = run(
      { threads: 0, grace: 10 * SECOND, preStop: 5 * SECOND, requests },
      { delays: { ...noDelays, propagation: 20 * SECOND } },
      [[30, 0]],
    )
    // Both share the core from 34 s on: the second is through at 36 s.
    expect(ledger.latencySum).toBe(2 * SECOND)
    expect(metrics['errors-lost']).toBeCloseTo(100 / 3, 10)
    expect(metrics['errors-refused']).toBeCloseTo(100 / 3, 10)
  })
  it('an idle pod without preStop is gone at once, one with preStop when that is over', () => {
    expect(run({ grace: 50 * SECOND }, {}, [[30, 0]]).metrics['allocation-cpu']).toBeCloseTo((30 / 100) * (100 / 16), 10)
    expect(run({ grace: 50 * SECOND, preStop: 20 * SECOND }, {}, [[30, 0]]).metrics['allocation-cpu']).toBeCloseTo(
      (50 / 100) * (100 / 16),
      10,
    )
  })
  it('a grace shorter than preStop ends it', () => {
    expect(run({ grace: 10 * SECOND, preStop: 20 * SECOND }, {}, [[30, 0]]).metrics['allocation-cpu']).toBeCloseTo(
      (40 / 100) * (100 / 16),
      10,
    )
  })
  it('retries of what a killed pod held go to the others', () => {
    // Two pods; one request of 50 s on each, retried once. Down to one at 20 s with 5 s of grace: one is lost at 25 s and waits 25 s for the other.
    const requests = script([
      [10_000, 0, 50_000],
      [10_000, 0, 50_000],
    ])
    const { ledger } = run(
      { replicas: 2, grace: 5 * SECOND, retries: { limit: 1, backoff: 0, budget: 1 }, requests, objective: 100 * SECOND },
      { horizon: 200 * SECOND, slb: choose(balancers, 'round-robin') },
      [[20, 1]],
    )
    expect(ledger.answered).toBe(2)
    expect(ledger.tries).toBe(3)
    // 10 to 60, and 10 to 110.
    expect(ledger.latencySum).toBe(150 * SECOND)
  })
})
