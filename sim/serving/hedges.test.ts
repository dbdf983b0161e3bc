/** Hedged and tied requests by hand (times in ms), and where a closed form exists against it. */
import { describe, expect, it } from 'vitest'
import { choose, input, pool, requests, script, service, shape } from '../testing/input.ts'
import type { FlatInput, FlatService } from '../testing/input.ts'
import { erlangC } from '../testing/queueing.ts'
import { Simulation } from '../simulation.ts'
import { balancers } from '../slb/index.ts'
import type { Hedging } from './spec.ts'

const hedging = (partial: Partial<Hedging>): Hedging => ({ after: 10_000, limit: 1, budget: 1, cancel: true, tied: false, ...partial })
const limited = shape({ cpu: 100, limit: 1000 })

/** Two pods of one thread in turn. */
function run(partial: Partial<FlatService>, around: Partial<FlatInput> = {}) {
  const web = service({ replicas: 2, shape: limited, objective: Infinity, ...partial })
  const simulation = new Simulation(
    input({ horizon: 10e6, pools: [pool(1, { cpu: 64_000 })], services: [web], slb: choose(balancers, 'round-robin'), ...around }),
  )
  const { metrics } = simulation.run()
  const { clients, servers } = simulation.parts
  return { ledger: clients.list[0].ledger, hedges: clients.hedges!, metrics, used: Array.from(servers.used.subarray(0, servers.high)) }
}

describe('hedged requests', () => {
  // The first request holds pod 0 for 100, the second pod 1 until 31. The third waits in pod 0; its copy, sent at 20 + 10, runs in pod 1 from 31 to 36.
  const busy = script([
    [0, 0, 100],
    [1, 0, 30],
    [20, 0, 5],
  ])

  it('a copy after 10 answers at 36 instead of 105; a budget of 0.4 gives the third first try a token, the others none: latencies 100, 30, 16', () => {
    const { ledger, hedges, used } = run({ requests: busy, hedge: hedging({ budget: 0.4 }) })
    expect(ledger.latencySum).toBe(146_000)
    expect([hedges.copies, hedges.won, hedges.live, ledger.tries, ledger.triesOver]).toEqual([1, 1, 0, 4, 4])
    expect(used).toEqual([100_000, 35_000]) // the try in pod 0 was withdrawn from its queue
  })

  it('without cancellation the other try is worked on for nothing: 5 more', () => {
    const { ledger, used } = run({ requests: busy, hedge: hedging({ budget: 0.4, cancel: false }) })
    expect(ledger.latencySum).toBe(146_000)
    expect(used).toEqual([105_000, 35_000])
  })

  it('a copy that fails changes nothing, and a main try that fails leaves its copy: no retry, no error', () => {
    // one place in the queue of each pod: the copy of the third finds the queue of pod 1 full
    const full = script([[0, 0, 100], [1, 0, 100], [2, 0, 5], [3, 0, 5]]) // prettier-ignore
    const { ledger, hedges } = run({ requests: full, queue: 1, hedge: hedging({ budget: 0.3 }) })
    expect([ledger.answered, ledger.failed, hedges.copies, hedges.won]).toEqual([4, 0, 1, 0])
  })

  it('one timeout covers all tries of a request, and a retry has copies of its own', () => {
    const stuck = script([[0, 0, 1000], [0, 0, 1000], [1, 0, 5]]) // prettier-ignore
    const { ledger, hedges } = run({
      requests: stuck,
      timeout: 50_000,
      retries: { limit: 1, backoff: 0, budget: 1 },
      hedge: hedging({ budget: 4 }),
    })
    // each of the three: a try and its copy time out together after 50, a retry and its copy after 50 more; the third would be answered at 105 and gives up at 101
    expect([ledger.answered, ledger.failed, hedges.copies, ledger.tries, hedges.live]).toEqual([0, 3, 6, 12, 0])
    expect(ledger.latencySum).toBe(0)
  })

  it('the quantile of the last latencies: no copy among the first 100 answers, then about 5 % of p95', () => {
    const { ledger, hedges } = run({ replicas: 8, hedge: hedging({ after: undefined as never, quantile: 0.95 }), requests: requests(200, { kind: 'exponential', mean: 10_000 }) }, { slb: choose(balancers, 'random') }) // prettier-ignore
    expect(hedges.copies / ledger.arrived).toBeGreaterThan(0.02)
    expect(hedges.copies / ledger.arrived).toBeLessThan(0.07)
  })
})

describe('copies to all pods at once', () => {
  const exponential = { kind: 'exponential', mean: 10_000 } as const
  const mean = (hedge: Hedging, rate: number): number => {
    const { metrics } = run({ hedge, requests: requests(rate, exponential) }, { horizon: 200e6, warmup: 10e6, check: false })
    return metrics['latency-mean'] as number
  }

  it('tied without delay, two pods: a request starts at the first pod that is free, M/M/2 with Erlang C: 10 + C / (200 - 140) = 19.6 ms', () => {
    const theory = 10 + (1000 * erlangC(2, 1.4)) / (200 - 140)
    expect(mean(hedging({ after: 0, tied: true, budget: 1 }), 140) / theory).toBeCloseTo(1, 1)
  })

  it('the same work in both pods, cancelled at the first answer: both queues are equal, M/M/1: 1 / (100 - 70) = 33.3 ms', () => {
    expect(mean(hedging({ after: 0, budget: 1 }), 70) / (1000 / 30)).toBeCloseTo(1, 1)
  })
})
