/** Networks of services against queueing theory: each mean over replications within its 99.9 % interval, which must be narrow. */
import { describe, expect, it } from 'vitest'
import type { Step } from '../input.ts'
import { Simulation } from '../simulation.ts'
import { input, NO_REQUESTS, pool, requests, script, service, shape } from '../testing/input.ts'
import { agrees, arrow, column, counts, exponential, latencies, replicated, station } from './network-theory.fixture.ts'

describe('open networks of queues', () => {
  it('two M/M/1 in tandem (Burke): W = 1/(μ1 − λ) + 1/(μ2 − λ) = 25 + 33.3 ms, and λ/(μ2 − λ) = 2 requests at the second', () => {
    const services = [station({ name: 'a', requests: requests(60, exponential(10_000)), steps: [{ calls: [0] }] }), station({ name: 'b' })]
    const calls = [arrow('a->b', 0, 1, 1e6 / 90)]
    const rows = replicated(services, calls, 1000, (of) => [...latencies(of), ...counts(of)])
    agrees(column(rows, 0), 1000 / 40 + 1000 / 30, 0.09)
    agrees(column(rows, 1), 1000 / 30, 0.12)
    agrees(column(rows, 3), 2, 0.12)
  })
})

describe('fan-out', () => {
  it.each([1, 4, 16, 64])('the longest of %i parallel exponential calls has the mean H(n) / μ', (n) => {
    const wide = shape({ cpu: 1000, limit: 0, memory: 1 })
    const services = [
      service({
        name: 'front',
        threads: 0,
        shape: wide,
        requests: script(Array.from({ length: 400 }, (_, i) => [i * 500, 0, 0])),
        steps: [{ calls: new Array<number>(n).fill(0) }],
      }),
      service({ name: 'leaf', threads: 0, shape: wide, replicas: 4, requests: NO_REQUESTS }),
    ]
    const rows = replicated(services, [arrow('front->leaf', 0, 1, 20_000)], 220, latencies)
    let harmonic = 0
    for (let k = 1; k <= n; k++) harmonic += 1 / k
    agrees(column(rows, 0), 20 * harmonic, 0.1)
  })
})

describe('retries along a chain', () => {
  it.each([1, 2, 3])('r = %i retries at each of three levels over a dead service: (1 + r)^depth tries per request', (r) => {
    const retries = { limit: r, backoff: 0, budget: r }
    const steps = (row: number): Step[] => [{ calls: [row] }]
    const services = [
      service({
        name: 'a',
        threads: 0,
        retries,
        requests: script(Array.from({ length: 20 }, (_, i) => [i * 1000, 0, 1])),
        steps: steps(0),
      }),
      service({ name: 'b', threads: 0, requests: NO_REQUESTS, steps: steps(1) }),
      service({ name: 'c', replicas: 0, minReplicas: 0, requests: NO_REQUESTS }),
    ]
    const calls = [arrow('a->b', 0, 1, 1000, { retries }), arrow('b->c', 1, 2, 1000, { retries })]
    const simulation = new Simulation({ ...input({ services, pools: [pool(3)] }), calls })
    simulation.run()
    const tries = simulation.parts.clients.all.map(({ ledger }) => ledger.tries / 20)
    expect(tries).toEqual([1 + r, (1 + r) * (1 + r), (1 + r) * (1 + r) * (1 + r)])
  })
})
