/** Whole runs on one core, as CPU time per pod in E. */
import { choose, input, pool, service, shape, stepped, template } from '../sim/testing/index.ts'
import { balancers, schedulers, Simulation } from '../sim/index.ts'
import type { Pool, SimulationInput, RandomStream, PodShape, PodSource } from '../sim/index.ts'
import { distribution } from '../sim/random/index.ts'
import { timed } from './harness.ts'
import type { BenchRow } from './harness.ts'
import { unit } from './unit.ts'

const DAY = 86_400e6
const GiB = 1024 ** 3

/** Nodes of four sizes in turn: cores and GiB. */
const SIZES = [
  [16, 64],
  [32, 128],
  [64, 256],
  [32, 256],
] as const

function mixedPool(count: number): Pool {
  const templates = SIZES.map(([cores, gib]) => template({ cpu: cores * 1000, memory: gib * GiB, pods: 1000 }))
  return { ...pool(count), templates, initial: Int32Array.from({ length: count }, (_, i) => i % templates.length) }
}

/** 32 shapes of 0.25 to 4 cores with 1 to 6 GiB per core. */
function shapes(stream: RandomStream): PodShape[] {
  return Array.from({ length: 32 }, () => {
    const cpu = [250, 500, 1000, 2000, 4000][stream.int(5)]
    return shape({ cpu, memory: Math.floor((cpu * (1 + stream.int(6)) * GiB) / 1000), usage: 0.5 })
  })
}

/** Poisson arrivals of pods with lognormal lifetimes; on average they request `load` times the cores. */
function stream(pods: number, cores: number, load: number) {
  return {
    name: 'day',
    pods: (open: (purpose: string) => RandomStream): PodSource => {
      const kinds = shapes(open('shapes'))
      const arrivals = open('arrivals')
      const which = open('which')
      const lifetimes = open('lifetimes')
      const meanCpu = kinds.reduce((sum, kind) => sum + kind.cpu, 0) / kinds.length
      const gap = DAY / pods
      const lifetime = distribution({ kind: 'lognormal', mean: (load * cores * 1000 * gap) / meanCpu, cv: 2 })
      let time = 0
      let left = pods
      const source = {
        shape: 0,
        shapes: kinds,
        duration: 0,
        meanDuration: 0,
        stationary: false,
        notes: [],
        next: () => {
          if (left-- === 0) return Infinity
          time += -Math.log(1 - arrivals.next()) * gap
          source.shape = which.int(32)
          source.duration = Math.round(lifetime.sample(lifetimes))
          return Math.round(time)
        },
      }
      return source
    },
  }
}

/** A day of `pods` pods on `nodes` nodes. */
export function day(nodes: number, pods: number, load: number): SimulationInput {
  const pool = mixedPool(nodes)
  const cores = Array.from(pool.initial).reduce((sum, size) => sum + SIZES[size][0], 0)
  return input({
    horizon: DAY,
    sample: 60e6,
    check: false,
    pools: [pool],
    background: [stream(pods, cores, load)],
    scheduling: choose(schedulers, 'least-allocated'),
    delays: { decision: 1000, perNode: 0, bind: 100_000, pull: 1_000_000, start: 1_000_000, propagation: 0, scrape: 15e6, window: 30e6 },
  })
}

/** The size that CloudSim Plus publishes: 20,000 hosts of 16 cores, 40,000 machines of 1 to 4 cores placed on them, 50,000 tasks run on the machines. */
function cloudSimSize(scheduler: string, scale: number): SimulationInput {
  const machines = 10_000 / scale
  const tasks = 12_500 / scale
  return input({
    horizon: 600e6,
    sample: 600e6,
    check: false,
    pools: [pool(20_000 / scale, { cpu: 16_000, memory: 64 * GiB, pods: 1000 })],
    services: [1, 2, 3, 4].map((cores) =>
      service({
        name: `machines-of-${cores}`,
        replicas: machines,
        threads: cores,
        shape: shape({ cpu: cores * 1000, limit: cores * 1000, memory: cores * GiB }),
        // All tasks arrive within the first five minutes, take half a minute on average and go to the machines in turn.
        requests: stepped(tasks / 300, 0, 300, { kind: 'uniform', low: 10e6, high: 50e6 }),
      }),
    ),
    slb: choose(balancers, 'round-robin'),
    scheduling: choose(schedulers, scheduler),
  })
}

/** A run; `requests` is the number of requests that were answered. */
function measure(of: SimulationInput): { seconds: number; requests: number; megabytes: number } {
  const simulation = new Simulation(of)
  const { seconds } = timed(() => simulation.run())
  return {
    seconds,
    requests: simulation.parts.clients.list.reduce((sum, { ledger }) => sum + ledger.windowAnswered, 0),
    megabytes: process.memoryUsage().rss / 1e6,
  }
}

/** Goals in E a pod: 5 s for a million pods are 100 E at 50 ns, 2 min for ten million 240 E. The largest comes last: its memory stays. */
const DAYS = [
  { nodes: 10_000, pods: 1_000_000, load: 0.8, time: 200, memory: 250 },
  { nodes: 10_000, pods: 1_000_000, load: 1, time: 100, memory: 250 },
  { nodes: 100_000, pods: 10_000_000, load: 1, time: 240, memory: 1610 },
] as const

/** The rows of this suite. */
export async function suite({ short }: { short: boolean }): Promise<BenchRow[]> {
  const scale = short ? 20 : 1
  const rows: BenchRow[] = []
  for (const { nodes, pods, load, time, memory } of short ? DAYS.filter(({ nodes }) => nodes <= 10_000) : DAYS) {
    const run = measure(day(nodes / scale, pods / scale, load))
    const name = `${(nodes / scale).toLocaleString('en')} nodes, ${(pods / scale).toLocaleString('en')} pods in a day, load ${load}`
    const value = (run.seconds * 1e9) / unit() / (pods / scale)
    rows.push({ name: `${name}: CPU time a pod`, value, unit: 'E', goal: `at most ${time} E` })
    rows.push({ name: `${name}: resident memory`, value: run.megabytes, unit: 'MB', goal: `under ${memory} MB` })
  }
  for (const scheduler of ['first-fit', 'best-fit']) {
    const run = measure(cloudSimSize(scheduler, scale))
    if (Math.abs(run.requests / (50_000 / scale) - 1) > 0.1) throw new Error(`${run.requests} tasks ran, not ${50_000 / scale}`)
    rows.push({
      name: `${(20_000 / scale).toLocaleString('en')} hosts, ${(40_000 / scale).toLocaleString('en')} machines, ${(50_000 / scale).toLocaleString('en')} tasks, ${scheduler}`,
      value: (run.seconds * 1e9) / unit() / 1e6,
      unit: 'E × 10^6',
      goal: `under ${60 / scale} E × 10^6`,
    })
  }
  return rows
}
