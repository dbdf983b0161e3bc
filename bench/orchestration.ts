/** Days of clusters under the controllers of Kubernetes, and one large rollout: CPU time of whole runs in E, so that goals hold on any machine, and memory. */
import { choose, input, NO_REQUESTS, pool, service, shape } from '../sim/testing/index.ts'
import { balancers, schedulers, Simulation } from '../sim/index.ts'
import type { Orchestration, SimulationInput } from '../sim/index.ts'
import { timed } from './harness.ts'
import type { BenchRow } from './harness.ts'
import { unit } from './unit.ts'

const SECOND = 1e6
const DAY = 86_400 * SECOND
const GiB = 1024 ** 3
/** Nodes that fail in the busy day, and how long each is down. */
const FAILING = 0.01
const DOWN = 600 * SECOND
/** The goals were stated in seconds: 1 s is 27 million E where E is 37 ns, as on the machine of the baseline. */
const MILLIONS = 'E × 10^6'

interface Fleet {
  readonly deployments: number
  readonly replicas: number
  readonly nodes: number
  readonly horizon: number
}

/** Deployments with the defaults of Kubernetes, whose containers are pulled and started in 15 s; nobody sends requests. */
function fleet({ deployments, replicas, nodes, horizon }: Fleet, script: Pick<Orchestration, 'actions' | 'faults'>): SimulationInput {
  const small = shape({ cpu: 250, memory: GiB / 4 })
  const version = { shape: small, pull: 5 * SECOND, start: 10 * SECOND, ready: true, crashAfter: Infinity, slowness: 1, errors: 0 }
  const controller = {
    kind: 'deployment',
    strategy: { type: 'RollingUpdate', maxSurge: '25%', maxUnavailable: '25%' },
    minReady: 0,
    progressDeadline: 600 * SECOND,
    revisionHistory: 10,
    rollback: false,
  } as const
  return input({
    horizon,
    sample: 300 * SECOND,
    check: false,
    // One node of each pool fails.
    pools: Array.from({ length: failing(nodes) }, (_, i) =>
      pool(nodes / failing(nodes), { cpu: 16_000, memory: 64 * GiB, pods: 110 }, { name: `nodes-${i}` }),
    ),
    services: Array.from({ length: deployments }, (_, i) =>
      service({ name: `app-${i}`, replicas, shape: small, requests: NO_REQUESTS, grace: 0 }),
    ),
    slb: choose(balancers, 'round-robin'),
    scheduling: choose(schedulers, 'least-allocated'),
    orchestration: {
      workloads: Array.from({ length: deployments }, (_, workload) => ({
        workload,
        controller,
        versions: [
          { name: 'v1', ...version },
          { name: 'v2', ...version },
        ],
        budget: null,
        toleration: 300 * SECOND,
      })),
      latency: 10_000,
      nodeGrace: 50 * SECOND,
      ...script,
    },
  })
}

/** Rollouts evenly over the time, each Deployment once. */
const rollouts = ({ deployments, horizon }: Fleet): Orchestration['actions'] =>
  Array.from({ length: deployments }, (_, workload) => ({
    at: Math.floor(((workload + 0.5) * horizon) / (deployments + 1)),
    kind: 'set-version' as const,
    workload,
    version: 1,
  }))

/** Nodes that fail; it divides the number of nodes. */
const failing = (nodes: number): number => Math.max(1, Math.floor(nodes * FAILING))

/** Failures evenly over the time, one node each. */
function failures({ nodes, horizon }: Fleet): Orchestration['faults'] {
  const count = failing(nodes)
  return Array.from({ length: count }, (_, i) => ({
    at: Math.floor(((i + 0.5) * horizon) / (count + 1)),
    kind: 'node-crash' as const,
    nodes: { pool: i, count: 1 },
    duration: DOWN,
  }))
}

/** A run, its CPU time in millions of E; its rollouts must have ended, so that no row measures a run that did nothing. */
function measure(of: SimulationInput, rolledOut: number): { inE: number; megabytes: number } {
  const simulation = new Simulation(of)
  const { result, seconds } = timed(() => simulation.run())
  const { changes } = simulation.parts
  const ended = changes.rollouts.filter(({ to }) => to < Infinity).length
  if (ended !== rolledOut || result.metrics['rollouts-unfinished'] !== 0) throw new Error(`${ended} rollouts ended, not ${rolledOut}`)
  return { inE: (seconds * 1e9) / unit() / 1e6, megabytes: process.memoryUsage().rss / 1e6 }
}

/** The rows of this suite. The largest run comes last: its memory stays. */
export function suite({ short }: { short: boolean }): Promise<BenchRow[]> {
  const scale = short ? 20 : 1
  const text = (count: number): string => count.toLocaleString('en')
  const rows: BenchRow[] = []
  const one = { deployments: 1, replicas: 10_000 / scale, nodes: 400 / scale, horizon: 600 * SECOND }
  const rolled = measure(fleet(one, { actions: rollouts(one), faults: [] }), 1)
  rows.push({
    name: `rolling update of one Deployment of ${text(one.replicas)} pods`,
    value: rolled.inE,
    unit: MILLIONS,
    ...(short ? {} : { goal: `under 27 ${MILLIONS}` }),
  })
  const four = { ...one, replicas: 4 * one.replicas, nodes: 4 * one.nodes }
  const larger = measure(fleet(four, { actions: rollouts(four), faults: [] }), 1)
  rows.push({
    name: `rolling update, time a pod from ${text(one.replicas)} to ${text(four.replicas)} pods`,
    value: larger.inE / rolled.inE / 4,
    unit: 'x',
    goal: 'at most 1x',
  })
  const many = { deployments: 2000 / scale, replicas: 75, nodes: 5000 / scale, horizon: DAY }
  const size = `${text(many.deployments)} Deployments of ${many.replicas} pods on ${text(many.nodes)} nodes`
  const calm = measure(fleet(many, { actions: [], faults: [] }), 0)
  rows.push({ name: `${size}: a day without changes`, value: calm.inE, unit: MILLIONS, ...(short ? {} : { goal: `under 27 ${MILLIONS}` }) })
  const busy = measure(fleet(many, { actions: rollouts(many), faults: failures(many) }), many.deployments)
  const name = `${size}: a day with a rollout of each and failures of 1 % of the nodes`
  rows.push({ name, value: busy.inE, unit: MILLIONS, ...(short ? {} : { goal: `under 1,600 ${MILLIONS}` }) })
  rows.push({ name: `${name}: resident memory`, value: busy.megabytes, unit: 'MB', ...(short ? {} : { goal: 'under 2,147 MB' }) })
  return Promise.resolve(rows)
}
