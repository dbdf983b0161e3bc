/** Complete requests: arrival, balancer, service, histogram, utilisation, through the public simulation; in E, the time per event of a hand-inlined M/M/1. */
import { choose, input, noDelays, pool, service, shape } from '../sim/testing/index.ts'
import { balancers, Simulation } from '../sim/index.ts'
import type { SimulationInput } from '../sim/index.ts'
import { openRequests } from '../workloads/index.ts'
import { timed } from './harness.ts'
import type { BenchRow } from './harness.ts'
import { unit } from './unit.ts'

const WORK = 12_000 // µs
const CORES = 4

interface Shape {
  readonly pods: number
  readonly requests: number
  readonly balancer: string
  readonly threads: number
  /** Pods per node, and cores per node: enough for all pods, or so few that the node is 80 % busy. */
  readonly perNode: number
  readonly nodeCores: number
  readonly load: number
  readonly epoch: number
}

/** One service at 80 % load, all pods warm. */
function scenario(of: Shape): SimulationInput {
  const perPod = of.threads === 0 ? 1 : Math.min(of.threads, CORES)
  const rate = (of.pods * perPod * of.load * 1e6) / WORK
  const horizon = Math.round((of.requests / rate) * 1e6)
  const nodes = of.pods / of.perNode
  return input({
    horizon,
    warmup: Math.round(horizon / 10),
    sample: 60e6,
    check: false,
    contentionEpoch: of.epoch,
    pools: [pool(nodes, { cpu: of.nodeCores * 1000, pods: 1000 })],
    delays: noDelays,
    services: [
      service({
        replicas: of.pods,
        threads: of.threads,
        shape: shape({ cpu: Math.floor((of.nodeCores * 1000) / of.perNode), limit: perPod * 1000, memory: 1 }),
        requests: (stream) =>
          openRequests(
            { pattern: 'poisson', rate },
            { wait: { kind: 'constant', value: 0 }, cpu: { kind: 'exponential', mean: WORK } },
            stream,
          ),
      }),
    ],
    slb: choose(balancers, of.balancer),
  })
}

/** Nanoseconds of CPU time per request of one run. */
function nanosecondsPerRequest(of: Shape): number {
  const simulation = new Simulation(scenario(of))
  const { seconds } = timed(() => simulation.run())
  const arrived = simulation.parts.clients.list[0].ledger.arrived
  return (seconds * 1e9) / arrived
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1]

/** The rows of this suite. */
export async function suite({ short }: { short: boolean }): Promise<BenchRow[]> {
  const requests = short ? 300_000 : 2_000_000
  const rounds = short ? 1 : 3
  const rows: BenchRow[] = []
  const fcfs = { pods: 1000, requests, threads: CORES, perNode: 4, nodeCores: 16, load: 0.8, epoch: 0 }
  const cases: [name: string, of: Shape, goal: number][] = [
    ['two-choices', { ...fcfs, balancer: 'two-choices' }, 13],
    ['least-connections', { ...fcfs, balancer: 'least-connections' }, 13],
    ['round-robin', { ...fcfs, balancer: 'round-robin' }, 13],
    ['two-choices, processor sharing', { ...fcfs, balancer: 'two-choices', threads: 0, perNode: 16 }, 16],
    // 16 pods of up to 4 cores on 16 cores: contention is possible on every node, which is 80 % busy.
    ['two-choices, contention on every node', { ...fcfs, balancer: 'two-choices', perNode: 16, load: 0.2, epoch: 1000 }, 25],
    ['two-choices, contention, exact', { ...fcfs, balancer: 'two-choices', perNode: 16, load: 0.2, epoch: 0 }, 25],
  ]
  for (const [i, [name, of, goal]] of cases.entries()) {
    // Warm-up of the compiler, not counted: longest before the first case, whose code the others share.
    nanosecondsPerRequest({ ...of, requests: i === 0 ? 500_000 : requests / 4 })
    const inE = median(Array.from({ length: rounds }, () => nanosecondsPerRequest(of) / unit()))
    rows.push({ name: `request, 1,000 pods, ${name}`, value: inE, unit: 'E', goal: `at most ${goal} E` })
  }
  const ratios = Array.from({ length: rounds }, () => {
    const small = nanosecondsPerRequest({ ...fcfs, balancer: 'two-choices' })
    return nanosecondsPerRequest({ ...fcfs, balancer: 'two-choices', pods: 10_000 }) / small
  })
  rows.push({ name: 'request, 10,000 pods over 1,000 pods', value: median(ratios), unit: 'x', goal: 'at most 1.7x' })
  return rows
}
