/**
 * What could grow with a product of two kinds: services × pods in the autoscalers' scrapes, balancer instances × pods in the balancers' views.
 * CPU time in E, memory as the growth of the resident set.
 */
import { choose, input, noDelays, pool, requests, service, shape } from '../sim/testing/index.ts'
import { balancers, replicaAutoscalers, Simulation } from '../sim/index.ts'
import type { SimulationInput } from '../sim/index.ts'
import { timed } from './harness.ts'
import type { BenchRow } from './harness.ts'
import { unit } from './unit.ts'

const HOUR = 3600e6

/** Services of 20 pods under target-utilization for six hours, with scrapes and decisions each 15 s and hardly any traffic. */
function scaledServices(count: number, nodes: number): SimulationInput {
  return input({
    horizon: 6 * HOUR,
    sample: HOUR,
    check: false,
    pools: [pool(nodes, { cpu: 8000, pods: 110 })],
    delays: { ...noDelays, scrape: 15e6, window: 30e6 },
    services: Array.from({ length: count }, (_, i) =>
      service({
        name: `service-${i}`,
        replicas: 20,
        minReplicas: 20,
        maxReplicas: 40,
        shape: shape({ cpu: 250, memory: 1 }),
        requests: requests(0.002, { kind: 'exponential', mean: 10_000 }),
      }),
    ),
    replicas: choose(replicaAutoscalers, 'target-utilization'),
  })
}

/** One service whose balancer instances all see all pods, and two requests an instance. */
function manyInstances(pods: number, instances: number, balancer: string): SimulationInput {
  return input({
    horizon: 10e6,
    sample: 10e6,
    check: false,
    pools: [pool(Math.ceil(pods / 100), { cpu: 100_000, pods: 110 })],
    delays: noDelays,
    balancers: instances,
    services: [
      service({
        replicas: pods,
        shape: shape({ cpu: 1000, memory: 1 }),
        requests: requests((2 * instances) / 10, { kind: 'exponential', mean: 10_000 }),
      }),
    ],
    slb: choose(balancers, balancer),
  })
}

function measure(of: () => SimulationInput): { inE: number; megabytes: number } {
  const before = process.memoryUsage().rss
  const simulation = new Simulation(of())
  const { seconds } = timed(() => simulation.run())
  return { inE: (seconds * 1e9) / unit() / 1e6, megabytes: (process.memoryUsage().rss - before) / 1e6 }
}

/** The rows of this suite. */
export async function suite({ short }: { short: boolean }): Promise<BenchRow[]> {
  const scale = short ? 10 : 1
  const rows: BenchRow[] = []
  const add = (name: string, of: () => SimulationInput, seconds: number, megabytes: number): void => {
    const run = measure(of)
    rows.push({ name, value: run.inE, unit: 'E × 10^6', goal: `under ${(seconds * 20) / scale} E × 10^6` })
    rows.push({ name: `${name}: resident memory`, value: run.megabytes, unit: 'MB', goal: `under ${megabytes} MB` })
  }
  const services = 1000 / scale
  const nodes = 5000 / scale
  add(
    `${services.toLocaleString('en')} services × 20 pods on ${nodes.toLocaleString('en')} nodes, six hours of autoscaling`,
    () => scaledServices(services, nodes),
    6,
    400,
  )
  const pods = 50_000 / scale
  for (const balancer of ['round-robin', 'two-choices', 'least-connections'])
    add(`${pods.toLocaleString('en')} pods × 1,000 balancer instances, ${balancer}`, () => manyInstances(pods, 1000, balancer), 5, 500)
  return rows
}
