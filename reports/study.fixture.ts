/** Synthetic studies for tests: seeded, of any size, with distributions like real ones. Nothing is simulated. */
import seedrandom from 'seedrandom'
import { Histogram, METRICS } from '../sim/index.ts'
import type { NodeGrid, RunResult, Table } from '../sim/index.ts'
import type { Study, Variant } from './study.ts'

/** Size and content of a synthetic study. */
export interface FixtureOptions {
  readonly variants?: number
  readonly replications?: number
  readonly name?: (variant: number) => string
  readonly primary?: string
  /** No metric has a value; there are no requests and no samples. */
  readonly empty?: boolean
  readonly requests?: number
  readonly samples?: number
  readonly services?: readonly string[]
  /** Nodes in the grid of each first replication; 0 for no grid. */
  readonly nodes?: number
}

const SCHEDULERS = ['least-allocated', 'best-fit', 'most-allocated', 'first-fit']
const BALANCERS = ['round-robin', 'two-choices', 'least-connections']

const usual = (variant: number): string => `${SCHEDULERS[variant % 4]} · ${BALANCERS[Math.floor(variant / 4) % 3]}`

/** A synthetic study. */
export function fixtureStudy(options: FixtureOptions = {}): Study {
  const { variants: count = 4, replications = 5, name = usual, primary = 'slo-misses' } = options
  const variants = Array.from({ length: count }, (_, i): Variant => {
    const short = name(i)
    const values = [SCHEDULERS[i % 4], BALANCERS[Math.floor(i / 4) % 3]]
    return { short, label: `scheduling ${values[0]}, slb ${values[1]}${name === usual ? '' : ` (${short})`}`, values }
  })
  const runs = variants.flatMap((_, variant) =>
    Array.from({ length: replications }, (__, replication) => ({
      variant,
      replication,
      seed: 7,
      id: `run-${variant}-${replication}`,
      result: fixtureResult(variant, replication, options),
    })),
  )
  return {
    name: 'tight-or-loose',
    question: 'Does tighter packing hurt the tail of request latency?',
    primary,
    margins: { relative: 0.02, points: 1 },
    axes: [
      { name: 'scheduling', values: SCHEDULERS },
      { name: 'slb', values: BALANCERS },
    ],
    variants,
    runs,
    notes: ['one trace is one sample: the background comes from a single week of one cluster'],
    setup: ['horizon 15m after a warm-up of 3m', '1,000 nodes of 16 cores and 64Gi'],
    replications,
    reproduce: { command: 'orchsim run tight-or-loose.yaml', digest: 'sha256:0123456789abcdef', version: '0.1.0' },
  }
}

/** A standard normal variate, approximated by the sum of twelve uniforms. */
function normal(random: () => number): number {
  let sum = -6
  for (let i = 0; i < 12; i++) sum += random()
  return sum
}

function fixtureResult(variant: number, replication: number, options: FixtureOptions): RunResult {
  const { empty = false, requests = 20_000, samples = 180, services = ['web'], nodes = 100 } = options
  // `common` is shared by all variants of a replication, as with common random numbers; each variant adds its own noise.
  const shared = seedrandom.alea(`shared/${replication}`)
  const own = seedrandom.alea(`own/${variant}/${replication}`)
  const slower = 1 + 0.25 * (variant % 4) + 0.1 * Math.floor(variant / 4)
  const common = 1 + 0.08 * normal(shared)
  const nudge = (scale: number): number => 1 + scale * normal(own)
  const latency = new Histogram()
  if (!empty)
    for (let i = 0; i < requests; i++) latency.record(Math.round(4000 + 9000 * common * Math.exp(0.9 * slower * normal(own) * 0.7)))
  // A stream of its own, so that the other values do not depend on it.
  const apart = seedrandom.alea(`apart/${variant}/${replication}`)
  const pending = new Histogram()
  if (!empty) for (let i = 0; i < requests / 50; i++) pending.record(Math.round(1000 + 2_000_000 * slower * Math.exp(1.5 * normal(apart))))
  const p99 = 80 * slower * common
  const misses = 1.5 * slower * slower * common * nudge(0.05)
  const values: Record<string, number> = {
    'latency-p50': 13 * common * nudge(0.002),
    'latency-p99': p99 * nudge(0.02),
    'latency-mean': 17 * slower * common * nudge(0.01),
    goodput: 800 * (1 - misses / 100),
    'slo-misses': misses,
    'retry-amplification': 1,
    'queueing-share': 12 * slower * common * nudge(0.02),
    'in-flight-imbalance': 1.4 * slower * nudge(0.02),
    'pending-p99': 2.5 * common * nudge(0.2),
    'time-to-ready-p99': 34 * common,
    'scheduling-throughput': 31 * common,
    'allocation-cpu': 61 + 2 * (variant % 4) + normal(own) * 0.2,
    'usage-cpu': 48 + normal(own) * 0.4,
    'stranded-cpu': 6 / slower,
    interference: 2.2 * slower * common * nudge(0.1),
    'nodes-mean': 1200 / slower + 8 * normal(shared),
    'nodes-peak': Math.round(1300 / slower),
    cost: (231 / slower) * (1 + 0.01 * normal(shared)),
    'cost-per-million': (320 / slower) * (1 + 0.01 * normal(shared)),
    'scaling-actions': 8 + Math.floor(3 * own()),
  }
  return {
    metrics: Object.fromEntries(METRICS.map(({ id }) => [id, empty ? null : (values[id] ?? null)])),
    refused: { 'latency-p999': `p99.9 needs 100,000 requests, the run had ${requests}` },
    latency: latency.toSparse(),
    latencyByService: Object.fromEntries(services.map((service) => [service, latency.toSparse()])),
    pending: pending.toSparse(),
    ...(replication === 0 && nodes > 0 && !empty ? { nodeGrid: fixtureGrid(nodes, slower, apart) } : {}),
    series: fixtureSeries(slower, common, own, empty ? 0 : samples),
    events: 1_000_000 + variant,
    notes: replication === 0 ? ['3 requests were unfinished at the horizon'] : [],
  }
}

/** Utilisation varies with time and falls with the row; the last nodes are added later. */
function fixtureGrid(nodes: number, slower: number, own: () => number): NodeGrid {
  const samples = 60
  const span = Math.ceil(nodes / 100)
  const groups = Math.ceil(nodes / span)
  const cell = (scale: number): Float32Array =>
    Float32Array.from({ length: samples * groups }, (_, i) => {
      const [sample, group] = [Math.floor(i / groups), i % groups]
      if (group > 0.8 * groups && sample < 20) return NaN
      return Math.max(
        0,
        Math.min(100, (scale * (100 - (60 * group) / groups) * (0.8 + 0.3 * Math.sin(sample / 9))) / slower + 8 * normal(own)),
      )
    })
  return {
    times: Float64Array.from({ length: samples }, (_, i) => 15 * (i + 1)),
    nodes,
    span,
    groups,
    allocation: cell(1),
    usage: cell(0.7),
  }
}

function fixtureSeries(slower: number, common: number, own: () => number, rows: number): Table {
  const time = Float64Array.from({ length: rows }, (_, i) => 5 * (i + 1))
  const wave = time.map((t) => 1 + 0.6 * Math.sin(t / 90))
  const column = (name: string, label: string, unit: string, values: Float64Array) => ({
    name,
    label,
    unit,
    role: 'metric' as const,
    values,
  })
  return {
    rows,
    columns: [
      { name: 'time', label: 'time', unit: 's', role: 'time', values: time },
      column(
        'demand',
        'demand',
        'requests/s',
        wave.map((w) => 800 * w * common + 20 * normal(own)),
      ),
      column(
        'misses',
        'SLO misses',
        '%',
        wave.map((w) => (w > 1.4 ? 5 * slower * own() : 0)),
      ),
      column(
        'replicas',
        'wanted replicas',
        'pods',
        wave.map((w) => Math.round(60 * w)),
      ),
      column(
        'ready',
        'ready pods',
        'pods',
        wave.map((w) => Math.round(60 * w * (0.95 + 0.05 * own()))),
      ),
      column(
        'nodes',
        'nodes',
        'nodes',
        wave.map((w) => Math.round((1000 + 100 * w) / slower)),
      ),
      column(
        'pending',
        'pending pods',
        'pods',
        wave.map(() => 0),
      ),
      column(
        'utilization',
        'CPU use of service pods over request',
        '%',
        wave.map((w) => 70 + 15 * (w - 1) + 4 * normal(own)),
      ),
      column(
        'allocation',
        'CPU requested over allocatable',
        '%',
        wave.map((w) => 55 + 8 * w),
      ),
      column(
        'usage',
        'CPU used over allocatable',
        '%',
        wave.map((w) => 40 + 8 * w + normal(own)),
      ),
      column(
        'in-use',
        'nodes with pods',
        'nodes',
        wave.map((w, i) => (time[i] < 10 ? NaN : Math.round((950 + 100 * w) / slower))),
      ),
      column(
        'fewest',
        'fewest nodes that could hold the pods',
        'nodes',
        wave.map((w, i) => (time[i] < 10 ? NaN : Math.round((600 + 60 * w) / slower))),
      ),
    ],
  }
}
