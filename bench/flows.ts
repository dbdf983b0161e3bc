/** Weeks of services whose load is a flow, under autoscalers of replicas and of nodes, on one core. */
import { choose, cost, input, pool, service, shape } from '../sim/testing/index.ts'
import { balancers, nodeAutoscalers, replicaAutoscalers, Simulation } from '../sim/index.ts'
import type { SimulationInput } from '../sim/index.ts'
import type { DistributionSpec } from '../sim/random/distributions.ts'
import { timed } from './harness.ts'
import type { BenchRow } from './harness.ts'
import { unit } from './unit.ts'

const SECOND = 1e6
const HOUR = 3600 * SECOND
const GiB = 1024 ** 3
/** Pods of a service at the mean of its load, and what each of them answers then [requests/s]. */
const PODS = 60
const RATE = 50

interface Fleet {
  readonly services: number
  readonly nodes: number
  readonly hours: number
}

/** Requests of a service over a day, with its noon at another time than those of others. */
function daily(phase: number) {
  const rateAt = (time: number): number => PODS * RATE * (1 + 0.4 * Math.sin(2 * Math.PI * (time / (24 * HOUR) + phase)))
  return () => ({ next: () => Infinity, wait: 0, work: 1, key: 0, rateAt })
}

/** Services of which each follows its day with an HPA every 15 s, on nodes of 4 cores of which a Cluster Autoscaler decides every 10 s. */
function fleet({ services, nodes, hours }: Fleet): SimulationInput {
  const work: DistributionSpec = { kind: 'exponential', mean: 10_000 }
  return input({
    horizon: hours * HOUR,
    warmup: HOUR / 2,
    sample: HOUR / 6,
    check: false,
    pools: [pool(nodes, { cpu: 4000, memory: 16 * GiB }, { min: nodes / 10, max: 2 * nodes, provision: 120 * SECOND })],
    services: Array.from({ length: services }, (_, i) =>
      service({
        name: `s${i}`,
        replicas: PODS,
        minReplicas: 5,
        maxReplicas: 400,
        threads: 0,
        shape: shape({ cpu: 1000, limit: 2000, memory: GiB }),
        requests: daily(i / services),
        flow: { step: 60 * SECOND, cost: cost(work), dispersion: 1 },
        start: 5 * SECOND,
      }),
    ),
    slb: choose(balancers, 'random'),
    replicas: choose(replicaAutoscalers, 'hpa'),
    nodes: choose(nodeAutoscalers, 'cluster-autoscaler'),
    delays: {
      decision: 1000,
      perNode: 0,
      bind: 100_000,
      pull: SECOND,
      start: SECOND,
      propagation: 2 * SECOND,
      scrape: 15 * SECOND,
      window: 30 * SECOND,
    },
  })
}

/** A run; pods must have followed the load, so that no row measures a run that did nothing. */
function measure(size: Fleet): { seconds: number; megabytes: number } {
  const simulation = new Simulation(fleet(size))
  const { result, seconds } = timed(() => simulation.run())
  const actions = result.metrics['scaling-actions'] ?? 0
  if (actions < size.services / 10) throw new Error(`${actions} scaling actions per hour of ${size.services} services`)
  return { seconds, megabytes: process.memoryUsage().rss / 1e6 }
}

/** The goal for 30 days is 30 s where E is 50 ns. */
const GOAL = 600 / 30

/** The rows of this suite. */
export function suite({ short }: { short: boolean }): Promise<BenchRow[]> {
  const scale = short ? 10 : 1
  const days = short ? 1 / 4 : 1
  const run = measure({ services: 100 / scale, nodes: 2000 / scale, hours: 24 * days })
  const name = `${100 / scale} services as flows, ${(2000 / scale).toLocaleString('en')} nodes, HPA every 15 s, Cluster Autoscaler every 10 s`
  return Promise.resolve([
    {
      name: `${name}: ${short ? '6 hours' : 'a day'}`,
      value: (run.seconds * 1e9) / unit() / 1e6,
      unit: 'E × 10^6',
      ...(short ? {} : { goal: `under ${GOAL} E × 10^6` }),
    },
    { name: `${name}: resident memory`, value: run.megabytes, unit: 'MB', goal: 'under 1,073 MB' },
  ])
}
