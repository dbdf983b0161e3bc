/** Networks of services against queueing theory: each mean over replications within its 99.9 % interval, which must be narrow. */
import { describe, expect, it } from 'vitest'
import type { Call, Step } from '../input.ts'
import { Simulation } from '../simulation.ts'
import { call, cost, input, NO_REQUESTS, pool, requests, script, service, shape, type FlatService } from '../testing/input.ts'

/** Student's t for 9 degrees of freedom at 99.9 % (two-sided), from published tables. */
const T = 4.781
const REPLICATIONS = 10

/** Values of ten replications of a network; `read` takes them from a finished run. */
function replicated(
  services: readonly FlatService[],
  calls: readonly Call[],
  seconds: number,
  read: (of: Simulation) => number[],
): number[][] {
  return Array.from({ length: REPLICATIONS }, (_, replication) => {
    const horizon = seconds * 1e6
    const around = { replication, check: false, horizon, warmup: horizon / 20, sample: horizon, pools: [pool(8, { cpu: 64_000 })] }
    const simulation = new Simulation({ ...input({ ...around, services }), calls })
    simulation.run()
    return read(simulation)
  })
}

function agrees(values: readonly number[], theory: number, narrow: number): void {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length
  const variance = values.reduce((sum, x) => sum + (x - mean) * (x - mean), 0) / (values.length - 1)
  const half = T * Math.sqrt(variance / values.length)
  expect(half / theory, `interval ${mean} ± ${half} must be narrow`).toBeLessThan(narrow)
  expect(Math.abs(mean - theory), `${mean} ± ${half} against ${theory}`).toBeLessThan(half)
}

const column = (rows: readonly number[][], i: number): number[] => rows.map((row) => row[i])
/** Mean latency of each client and call [ms]. */
const latencies = ({ parts }: Simulation): number[] =>
  parts.clients.all.map(({ ledger }) => ledger.latencySum / ledger.windowAnswered / 1000)
/** Mean number of requests of each client and call that are under way, over the whole run. */
const counts = ({ parts }: Simulation): number[] =>
  parts.clients.all.map(({ ledger }) => ledger.inSystem.integral(parts.times.end) / (parts.times.end - parts.times.origin))

/** First come, first served on one core; an async pod gives its thread back while it calls, so that it is a queue of its own. */
const station = (partial: Partial<FlatService> & { readonly name: string }): FlatService =>
  service({ threads: 1, async: true, shape: shape({ cpu: 1000, limit: 1000, memory: 1 }), requests: NO_REQUESTS, ...partial })
const exponential = (mean: number) => ({ kind: 'exponential', mean }) as const
const arrow = (name: string, caller: number, called: number, mean: number, partial: Partial<Call> = {}) =>
  call({ name, caller, service: called, cost: cost(exponential(mean)), ...partial })

describe('open networks of queues', () => {
  it('two M/M/1 in tandem (Burke): W = 1/(μ1 − λ) + 1/(μ2 − λ) = 25 + 33.3 ms, and λ/(μ2 − λ) = 2 requests at the second', () => {
    const services = [station({ name: 'a', requests: requests(60, exponential(10_000)), steps: [{ calls: [0] }] }), station({ name: 'b' })]
    const calls = [arrow('a->b', 0, 1, 1e6 / 90)]
    const rows = replicated(services, calls, 1000, (of) => [...latencies(of), ...counts(of)])
    agrees(column(rows, 0), 1000 / 40 + 1000 / 30, 0.09)
    agrees(column(rows, 1), 1000 / 30, 0.12)
    agrees(column(rows, 3), 2, 0.12)
  })
  it('a Jackson network with branches has product form: L = ρ/(1 − ρ) at each station, W = ΣL/λ', () => {
    // From a to b with 0.6; from b to c with 0.5; from a to c with 0.2: as steps, c is called with 0.5 whether b was or not.
    const steps: Step[] = [{ calls: [0] }, { calls: [1] }]
    const services = [
      station({ name: 'a', requests: requests(70, exponential(10_000)), steps }),
      station({ name: 'b' }),
      station({ name: 'c' }),
    ]
    const calls = [arrow('a->b', 0, 1, 15_000, { share: 0.6 }), arrow('a->c', 0, 2, 20_000, { share: 0.5 })]
    const rows = replicated(services, calls, 1000, (of) => [...latencies(of), ...counts(of)])
    const load = (rate: number, mean: number): number => (rate * mean) / (1 - rate * mean)
    const [a, b, c] = [load(70, 0.01), load(42, 0.015), load(35, 0.02)]
    agrees(column(rows, 4), b, 0.12)
    agrees(column(rows, 5), c, 0.12)
    agrees(column(rows, 0), (1000 * (a + b + c)) / 70, 0.08)
  })
  it('a tandem of processor sharing has the same means, since it is insensitive: W = 1/(μ1 − λ) + 1/(μ2 − λ)', () => {
    const shared = (of: FlatService): FlatService => ({ ...of, threads: 0, async: false })
    const services = [
      shared(station({ name: 'a', requests: requests(60, { kind: 'lognormal', mean: 10_000, cv: 1.5 }), steps: [{ calls: [0] }] })),
      shared(station({ name: 'b' })),
    ]
    const calls = [arrow('a->b', 0, 1, 1, { cost: cost({ kind: 'constant', value: Math.round(1e6 / 90) }) })]
    const rows = replicated(services, calls, 1000, latencies)
    agrees(column(rows, 0), 1000 / 40 + 1000 / 30, 0.09)
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
