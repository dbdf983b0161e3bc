/** Requests followed by hand: each test has a handful of them, with the arithmetic beside it. Times in ms, turned into µs by `script`. */
import { describe, expect, it } from 'vitest'
import { coming, input, pool, script, service, shape } from '../testing/input.ts'
import type { FlatService, FlatInput } from '../testing/input.ts'
import { Simulation } from '../simulation.ts'

function run(partial: Partial<FlatService>, around: Partial<FlatInput> = {}) {
  const simulation = new Simulation(input({ horizon: 10e6, services: [service({ objective: 50_000, ...partial })], ...around }))
  const { metrics } = simulation.run()
  const { ledger } = simulation.parts.clients.list[0]
  return { simulation, ledger, metrics, mean: ledger.latencySum / ledger.windowAnswered / 1000 }
}

const limited = (cores: number) => shape({ cpu: 100, limit: cores * 1000 })

describe('first come, first served', () => {
  it('one thread: arrivals at 0, 10, 20 with 20 of work leave at 20, 40, 60: latencies 20, 30, 40, queued 0, 10, 20', () => {
    const { ledger } = run({
      threads: 1,
      shape: limited(1),
      requests: script([
        [0, 0, 20],
        [10, 0, 20],
        [20, 0, 20],
      ]),
    })
    expect(ledger.latencySum).toBe(90_000)
    expect(ledger.queuedSum).toBe(30_000)
    expect(ledger.good).toBe(3)
  })
  it('a wait holds the thread: two requests of 5 wait + 10 work on one thread leave at 15 and 30', () => {
    expect(
      run({
        threads: 1,
        shape: limited(1),
        requests: script([
          [0, 5, 10],
          [0, 5, 10],
        ]),
      }).ledger.latencySum,
    ).toBe(45_000)
  })
  it('two threads share one core: 10 of work each, both leave at 20', () => {
    expect(
      run({
        threads: 2,
        shape: limited(1),
        requests: script([
          [0, 0, 10],
          [0, 0, 10],
        ]),
      }).ledger.latencySum,
    ).toBe(40_000)
  })
  it('a thread uses at most one core: a limit of 2 does not help a lone request', () => {
    expect(run({ threads: 2, shape: limited(2), requests: script([[0, 0, 10]]) }).ledger.latencySum).toBe(10_000)
  })
})

describe('processor sharing', () => {
  it('one core, 10 of work at 0 and 10 of work at 5: the first has 5 left, both run at half speed until 15, then the second alone: 15 and 15', () => {
    // At 15 the first is through, the second has 5 left and leaves at 20: latencies 15 and 15.
    expect(
      run({
        threads: 0,
        shape: limited(1),
        requests: script([
          [0, 0, 10],
          [5, 0, 10],
        ]),
      }).ledger.latencySum,
    ).toBe(30_000)
  })
})

describe('queue limit, timeouts, retries', () => {
  it('one thread, room for one to wait: the third of three at once is rejected', () => {
    const { ledger, metrics } = run({
      threads: 1,
      queue: 1,
      shape: limited(1),
      requests: script([
        [0, 0, 10],
        [0, 0, 10],
        [0, 0, 10],
      ]),
    })
    expect(ledger.answered).toBe(2)
    expect(metrics['errors-rejected']).toBeCloseTo(100 / 3, 10)
  })
  it('a timeout with cancelled work frees the thread: 100 of work times out at 30, the next (10 of work, from 5) leaves at 40', () => {
    const { ledger, metrics } = run({
      threads: 1,
      timeout: 30_000,
      cancel: true,
      shape: limited(1),
      requests: script([
        [0, 0, 100],
        [5, 0, 10],
        [31, 0, 10],
      ]),
    })
    // The second gives up at 35 with 5 of 10 done; the third starts at 35 and leaves at 45 after 14.
    expect(ledger.answered).toBe(1)
    expect(metrics['errors-timed-out']).toBeCloseTo(200 / 3, 10)
    expect(ledger.latency.sum).toBe(30_000 + 30_000 + 14_000)
  })
  it('a timeout of one that waits leaves the others alone: 25 of work from 10 on still ends at 35, though a waiting one gives up at 30', () => {
    const { ledger } = run({
      threads: 2,
      timeout: 30_000,
      shape: limited(1),
      requests: script([
        [0, 50, 5],
        [10, 0, 25],
      ]),
    })
    expect(ledger.latencySum).toBe(25_000)
    expect(ledger.failed).toBe(1)
  })
  it('the same on a contended node: half a core from 10 on, 10 of work still ends at 30', () => {
    const { ledger } = run(
      {
        threads: 2,
        timeout: 25_000,
        shape: limited(1),
        requests: script([
          [0, 50, 5],
          [10, 0, 10],
        ]),
      },
      { pools: [pool(1, { cpu: 1000 })], background: [coming([[0, shape({ cpu: 100, memory: 1, usage: 10 }), 1000]])] },
    )
    expect(ledger.latencySum).toBe(20_000)
  })
  it('time in a queue counts over all tries, wasted ones too: 20 in the try given up and 9 in the next', () => {
    // 45 of work from 0 is given up at 20 (half a token: no retry) and goes on. The other, 5 of work, queues from 21, is given up at 41 (now
    // one token), and queues again behind its own wasted try, which runs 45 to 50: answered at 55, 34 after it came.
    const { ledger } = run({
      threads: 1,
      timeout: 20_000,
      cancel: false,
      retries: { limit: 1, backoff: 0, budget: 0.5 },
      shape: limited(1),
      requests: script([
        [0, 0, 45],
        [21, 0, 5],
      ]),
    })
    expect(ledger.latencySum).toBe(34_000)
    expect(ledger.queuedSum).toBe(29_000)
  })
  it('without cancel the work goes on, wasted: the second cannot start before 100', () => {
    const { ledger, simulation } = run({
      threads: 1,
      timeout: 30_000,
      cancel: false,
      shape: limited(1),
      requests: script([
        [0, 0, 100],
        [81, 0, 10],
      ]),
    })
    expect(ledger.answered).toBe(1) // from 81, starts at 100, leaves at 110: 29 after it came
    expect(ledger.failed).toBe(1)
    expect(simulation.parts.clients.orphans).toBe(0)
  })
  it('a retry after a rejection waits its backoff and may succeed; retries need tokens', () => {
    const requests = script([
      [0, 0, 10],
      [0, 0, 10],
    ])
    const base = { threads: 1, queue: 0, shape: limited(1), requests }
    expect(run(base).ledger.failed).toBe(1)
    // Budget 1 a first try: two tokens for two requests; with a backoff of up to 100 ms three tries are enough at this seed.
    const retried = run({ ...base, retries: { limit: 5, backoff: 100_000, budget: 1 } })
    expect(retried.ledger.failed + retried.ledger.answered).toBe(2)
    expect(retried.metrics['retry-amplification']).toBeGreaterThan(1)
    const poor = run({ ...base, retries: { limit: 5, backoff: 100_000, budget: 0.4 } })
    expect(poor.ledger.failed).toBe(1) // 0.8 tokens: no retry
    expect(poor.metrics['retry-amplification']).toBe(1)
  })
  it('network delay counts both ways: 10 of work at 2 each way is 14', () => {
    expect(run({ threads: 1, networkDelay: 2000, shape: limited(1), requests: script([[0, 0, 10]]) }).ledger.latencySum).toBe(14_000)
  })
  it('no pods: no backend', () => {
    expect(run({ replicas: 0, requests: script([[0, 0, 10]]) }).metrics['errors-no-backend']).toBe(100)
  })
})

describe('pods that go away', () => {
  /** Scales the only service to `replicas` at `at` ms. */
  function scaled(partial: Partial<FlatService>, at: number, replicas: number, around: Partial<FlatInput> = {}) {
    const simulation = new Simulation(
      input({ horizon: 10e6, services: [service({ objective: 50_000, shape: limited(1), ...partial })], ...around }),
    )
    simulation.parts.simulator.call(at * 1000, () => simulation.parts.replicaSets.scale(0, replicas))
    const { metrics } = simulation.run()
    return { simulation, metrics, ledger: simulation.parts.clients.list[0].ledger }
  }
  it('a terminating pod finishes what it has: 100 of work begun at 0, scaled away at 10, leaves at 100', () => {
    const { ledger, simulation } = scaled({ requests: script([[0, 0, 100]]) }, 10, 0)
    expect(ledger.answered).toBe(1)
    expect(ledger.latencySum).toBe(100_000)
    expect(simulation.parts.cluster.nodesInUse).toBe(0)
  })
  it('the grace period ends at 40: what runs is lost, what waits is reset', () => {
    const { ledger, metrics } = scaled(
      {
        threads: 1,
        grace: 30_000,
        requests: script([
          [0, 0, 100],
          [1, 0, 10],
        ]),
      },
      10,
      0,
    )
    expect(ledger.answered).toBe(0)
    expect(metrics['errors-lost']).toBe(50)
    expect(metrics['errors-reset']).toBe(50)
  })
  it('a balancer that has not heard yet sends to a pod that refuses; with preStop longer than the propagation nobody is refused', () => {
    const delays = { decision: 0, perNode: 0, bind: 0, pull: 0, start: 0, propagation: 20_000, scrape: 15e6, window: 30e6 }
    const late = scaled({ requests: script([[15, 0, 5]]) }, 10, 0, { delays })
    expect(late.metrics['errors-refused']).toBe(100)
    const kind = scaled({ preStop: 30_000, requests: script([[15, 0, 5]]) }, 10, 0, { delays })
    expect(kind.ledger.answered).toBe(1)
  })
})

describe('contention by hand', () => {
  it('two pods of weights 100 and 300 on one core: 10 of work each; 1/4 and 3/4 core until the second leaves, then the first alone', () => {
    // Second: 10,000 / 0.75 = 13,333.3 µs, in whole µs 13,334. First has then done 3,333.5, 6,666.5 are left at full speed: 20,000.5, so 20,001 µs.
    const simulation = new Simulation(
      input({
        pools: [pool(1, { cpu: 1000 })],
        services: [
          service({ name: 'light', shape: shape({ cpu: 100, memory: 1 }), requests: script([[0, 0, 10]]) }),
          service({ name: 'heavy', shape: shape({ cpu: 300, memory: 1 }), requests: script([[0, 0, 10]]) }),
        ],
      }),
    )
    const { metrics } = simulation.run()
    expect(simulation.parts.clients.list[0].ledger.latencySum).toBe(20_001)
    expect(simulation.parts.clients.list[1].ledger.latencySum).toBe(13_334)
    // Demanded 2 cores for 13.334 ms, then one: 1 of them was not delivered meanwhile.
    expect(metrics['interference']).toBeCloseTo((100 * 13.334) / (2 * 13.334 + (20.001 - 13.334)), 9)
  })
})

describe('a closed loop of two clients', () => {
  it('each thinks 10 ms after its answer; 5 ms of work on one thread: one request every 15 ms each, none lost when one client comes before the other', () => {
    const thinking = [0, 1000] // when each client sends next [µs]
    let offered = -1
    let offeredTime = Infinity
    const source = {
      wait: 0,
      work: 5000,
      key: -1,
      rateAt: () => 0,
      next: () => {
        offered = thinking[0] <= thinking[1] ? 0 : 1
        offeredTime = thinking[offered]
        thinking[offered] = Infinity
        source.key = offeredTime === Infinity ? -1 : offered
        return offeredTime
      },
      completed: (key: number, time: number) => {
        if (offeredTime !== Infinity) thinking[offered] = offeredTime // taken back
        thinking[key] = time + 10_000
        return true
      },
    }
    const { ledger } = run({ threads: 1, shape: limited(1), requests: () => source })
    // Client 0 at 0, 15, ..., 9990 ms: 667. Client 1 at 1 (queued until 5, answered at 10), then 20, 35, ..., 9995: 1 + 666.
    expect(ledger.arrived).toBe(667 + 667)
    expect(ledger.queuedSum).toBe(4000)
  })
})

describe('antagonists', () => {
  // A core that the pod (weight 500) shares with an antagonist of weight 500 while that is on.
  const latencies = (on: number, off: number, cpu = 1000, around: Partial<FlatInput> = {}): number[] =>
    [1, 2, 3, 4, 5, 6].map(
      (seed) =>
        run(
          { threads: 1, shape: shape({ cpu: 500, limit: 1000 }), requests: script([[0, 0, 20]]) },
          {
            seed,
            pools: [pool(1, { cpu: 1000 })],
            antagonists: [{ name: 'noisy', count: 1, cpu, weight: 500, on: { kind: 'constant', value: on * 1000 }, off: { kind: 'constant', value: off * 1000 } }], // prettier-ignore
            ...around,
          },
        ).mean,
    )

  it('10 on and 10 off: 20 of work need 5 + 10 + 5 = 30 ms when it is on at first, 10 + 5 + 5 = 25 ms when it is off; it is on in about half of the runs', () => {
    const found = latencies(10, 10)
    expect([...new Set(found)].sort((a, b) => a - b)).toEqual([25, 30])
  })
  it('one that demands 200 of 1000 leaves 800, whatever its weight: 25 ms; one that demands all leaves the share of the weights, half: 40 ms', () => {
    expect(new Set(latencies(1e6, 0.001, 200))).toEqual(new Set([25]))
    expect(new Set(latencies(1e6, 0.001, 5000))).toEqual(new Set([40]))
  })
  it('two on a node demand twice as much: 20 of work at a third, 60 ms; those of another pool demand nothing here', () => {
    const noisy = {
      name: 'noisy',
      cpu: 1000,
      weight: 500,
      on: { kind: 'constant', value: 1e9 },
      off: { kind: 'constant', value: 1 },
    } as const
    expect(new Set(latencies(1, 1, 1, { antagonists: [{ ...noisy, count: 2 }] }))).toEqual(new Set([60]))
    expect(new Set(latencies(1, 1, 1, { antagonists: [{ ...noisy, count: 2, pool: 1 }] }))).toEqual(new Set([20]))
  })
})
