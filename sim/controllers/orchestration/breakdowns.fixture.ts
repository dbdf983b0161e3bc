/** Runs with faults that recur, for the tests of their closed forms. */
import { Simulation } from '../../simulation.ts'
import { input, noDelays, NO_REQUESTS, pool, requests, service, shape, type FlatInput, type FlatService } from '../../testing/input.ts'
import { deployment } from './runs.fixture.ts'
import type { Fault, Orchestration, Version } from './spec.ts'

const SECOND = 1e6

/** A release that starts at once. */
const instant: Version = {
  name: 'v1',
  shape: shape({ cpu: 1000, limit: 1000 }),
  pull: 0,
  start: 0,
  ready: true,
  crashAfter: Infinity,
  slowness: 1,
  errors: 0,
}

/** One workload whose pods stay on broken nodes, as Deployment; without requests unless the service has some. */
export function broken(faults: readonly Fault[], one: Partial<FlatService>, run: Partial<FlatInput>): Simulation {
  const orchestration: Orchestration = {
    workloads: [
      {
        workload: 0,
        controller: deployment({ progressDeadline: Infinity }),
        versions: [instant],
        budget: null,
        toleration: Infinity,
      },
    ],
    actions: [],
    faults,
    latency: 0,
    nodeGrace: 50 * SECOND,
  }
  const services = [service({ shape: instant.shape, requests: NO_REQUESTS, grace: 0, ...one })]
  return new Simulation(input({ services, delays: noDelays, sample: 3600 * SECOND, check: false, orchestration, ...run }))
}

/** Share of the time after the first tenth during which at least k of n nodes are up; a node is up and down for exponential times [s]. */
export function availabilityOf(k: number, n: number, up: number, down: number, hours: number, replication: number): number {
  const horizon = hours * 3600 * SECOND
  const run = broken(
    [
      {
        every: { kind: 'exponential', mean: up * SECOND },
        kind: 'node-crash',
        nodes: { count: Infinity },
        duration: { kind: 'exponential', mean: down * SECOND },
      },
    ],
    { replicas: n },
    { pools: [pool(n, { cpu: 1000 })], horizon, replication },
  )
  const { simulator, orchestrator, times } = run.parts
  const start = times.origin + horizon / 10
  let good = 0
  let last = start
  let enough = true
  simulator.afterEvent = () => {
    const now = Math.max(simulator.now, start)
    if (enough) good += now - last
    last = now
    let reached = 0
    for (let node = 0; node < n; node++) if (orchestrator!.kubelets.reaches(node)) reached++
    enough = reached >= k
  }
  run.run()
  if (enough) good += times.end - last
  return good / (times.end - start)
}

/** Mean latency [s] of an M/M/1 queue whose server stands still for exponential times, at all times alike. */
export function latencyWithBreakdowns(
  { arrivals, services, breaks, repairs }: { readonly [rate in 'arrivals' | 'services' | 'breaks' | 'repairs']: number },
  seconds: number,
  replication: number,
): number {
  const run = broken(
    [
      {
        every: { kind: 'exponential', mean: SECOND / breaks },
        kind: 'node-freeze',
        nodes: { count: Infinity },
        duration: { kind: 'exponential', mean: SECOND / repairs },
      },
    ],
    { threads: 1, requests: requests(arrivals, { kind: 'exponential', mean: SECOND / services }) },
    { pools: [pool(1, { cpu: 1000 })], horizon: seconds * SECOND, warmup: (seconds / 20) * SECOND, replication },
  )
  return (run.run().metrics['latency-mean'] as number) / 1000
}
