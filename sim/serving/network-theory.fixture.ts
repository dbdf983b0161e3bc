/** Networks of services against queueing theory: each mean over replications within its 99.9 % interval, which must be narrow. */
import { expect } from 'vitest'
import type { Call } from '../input.ts'
import { Simulation } from '../simulation.ts'
import { call, cost, input, NO_REQUESTS, pool, service, shape, type FlatService } from '../testing/input.ts'

/** Student's t for 9 degrees of freedom at 99.9 % (two-sided), from published tables. */
const T = 4.781
const REPLICATIONS = 10

/** Values of ten replications of a network; `read` takes them from a finished run. */
export function replicated(
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

export function agrees(values: readonly number[], theory: number, narrow: number): void {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length
  const variance = values.reduce((sum, x) => sum + (x - mean) * (x - mean), 0) / (values.length - 1)
  const half = T * Math.sqrt(variance / values.length)
  expect(half / theory, `interval ${mean} ± ${half} must be narrow`).toBeLessThan(narrow)
  expect(Math.abs(mean - theory), `${mean} ± ${half} against ${theory}`).toBeLessThan(half)
}

export const column = (rows: readonly number[][], i: number): number[] => rows.map((row) => row[i])
/** Mean latency of each client and call [ms]. */
export const latencies = ({ parts }: Simulation): number[] =>
  parts.clients.all.map(({ ledger }) => ledger.latencySum / ledger.windowAnswered / 1000)
/** Mean number of requests of each client and call that are under way, over the whole run. */
export const counts = ({ parts }: Simulation): number[] =>
  parts.clients.all.map(({ ledger }) => ledger.inSystem.integral(parts.times.end) / (parts.times.end - parts.times.origin))

/** First come, first served on one core; an async pod gives its thread back while it calls, so that it is a queue of its own. */
export const station = (partial: Partial<FlatService> & { readonly name: string }): FlatService =>
  service({ threads: 1, async: true, shape: shape({ cpu: 1000, limit: 1000, memory: 1 }), requests: NO_REQUESTS, ...partial })
export const exponential = (mean: number) => ({ kind: 'exponential', mean }) as const
export const arrow = (name: string, caller: number, called: number, mean: number, partial: Partial<Call> = {}) =>
  call({ name, caller, service: called, cost: cost(exponential(mean)), ...partial })
