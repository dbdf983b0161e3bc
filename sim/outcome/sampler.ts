/**
 * Looks at the run every `step`: a row of the time series, and the measures that need a look at all nodes (stranded capacity, packing
 * gap), whose time mean is the mean over the looks of the window.
 */
import type { Cluster } from '../cluster/cluster.ts'
import { CPU } from '../cluster/views.ts'
import { NONE, type Time } from '../common/ids.ts'
import { ColumnTable } from '../common/table.ts'
import type { Admission } from '../controllers/admission/admission.ts'
import type { Placement } from '../controllers/placement.ts'
import type { ReplicaSets } from '../controllers/replica-sets.ts'
import type { Simulator } from '../engine/simulator.ts'
import type { NodeRecorder } from '../measure/node-recorder.ts'
import type { SchedulingRecorder } from '../measure/scheduling-recorder.ts'
import type { PodRecorder } from '../measure/pod-recorder.ts'
import type { Clients } from '../serving/clients.ts'
import type { CpuShares } from '../serving/cpu-shares.ts'
import type { ServiceLoad } from '../serving/load.ts'
import { ApiSeries, type ApiMetricsRun } from './api-metrics.ts'
import { Fragmentation } from './fragmentation.ts'
import { NodeGridRecorder } from './node-grid.ts'
import { PendingReasons } from './pending-reasons.ts'
import type { NodeGrid } from './results.ts'
import type { Table, TableColumn } from './table.ts'

const SECOND = 1e6

/** What the sampler needs of the run. */
export interface SamplerRun extends ApiMetricsRun {
  readonly simulator: Simulator
  readonly cluster: Cluster
  readonly load: ServiceLoad
  readonly clients: Clients
  readonly shares: CpuShares
  readonly replicaSets: ReplicaSets
  readonly pods: PodRecorder
  readonly nodeLevels: NodeRecorder
  /** Null: no namespace has a quota. */
  readonly admission: Admission | null
  readonly times: { readonly origin: Time; readonly windowStart: Time; readonly end: Time }
  readonly placement: Placement
  readonly scheduling: SchedulingRecorder
  readonly input: ApiMetricsRun['input'] & { readonly sample: Time; readonly replication: number; readonly decisions?: number }
}

/** The last reading of a server. */
class Readings extends ColumnTable {
  used = this.column(Float64Array)
  epoch = this.column(Int32Array, NONE)
}

/** Mean over the samples of the window; NaN values (nothing to measure) are left out. */
class SampleMean {
  private sum = 0
  private count = 0

  add(value: number): void {
    if (Number.isNaN(value)) return
    this.sum += value
    this.count++
  }

  get mean(): number {
    return this.sum / this.count
  }
}

/** Columns of the time series: [name, label, unit]. Misses are filled in at the end, when the fate of each second's requests is known. */
const COLUMNS = [
  ['time', 'time', 's'],
  ['demand', 'demand', 'requests/s'],
  ['misses', 'SLO misses', '%'],
  ['replicas', 'wanted replicas', 'pods'],
  ['ready', 'ready pods', 'pods'],
  ['nodes', 'nodes', 'nodes'],
  ['pending', 'pending pods', 'pods'],
  ['utilization', 'CPU use of service pods over request', '%'],
  ['allocation', 'CPU requested over allocatable', '%'],
  ['usage', 'CPU used over allocatable', '%'],
  ['in-use', 'nodes with pods', 'nodes'],
  ['fewest', 'fewest nodes that could hold the pods', 'nodes'],
] as const
/** Of clusters with GPUs; the last one is looked at from the origin on, since studies raise the demand for GPUs before their window. */
const GPU_COLUMNS = [
  ['allocation-gpu', 'GPU requested over allocatable', '%'],
  ['stranded-gpu', 'stranded GPU over allocatable', '%'],
] as const
const MISSES = 2
const UNKNOWN = { used: NaN, fewest: NaN }

export class Sampler {
  readonly strandedCpu = new SampleMean()
  readonly strandedGpu = new SampleMean()
  readonly packingGap = new SampleMean()
  private readonly rows: number[][] = COLUMNS.map(() => [])
  private readonly gpuRows: number[][] = GPU_COLUMNS.map(() => [])
  /** By quota and resource: what is used over the bound [%]. */
  private readonly quotaRows: number[][]
  private readonly fragmentation: Fragmentation
  private arrivedBefore = 0
  private readonly last = new Readings()
  private lastTime: number
  /** Null where no picture is wanted. */
  private readonly grid: NodeGridRecorder | null
  /** Null: nobody asks why pods are pending. */
  private readonly reasons: PendingReasons | null
  /** Null: requests to the API server take no time. */
  private readonly requests: ApiSeries | null

  private readonly run: SamplerRun
  private readonly samples: number

  constructor(run: SamplerRun) {
    const { simulator, cluster, shares, times, input } = run
    this.run = run
    this.fragmentation = new Fragmentation(cluster)
    this.quotaRows = this.quotaColumns().map(() => [])
    this.lastTime = times.origin
    // A picture shows one run: the first replication's.
    const steps = Math.floor((times.end - times.origin) / input.sample)
    this.grid = input.replication === 0 ? new NodeGridRecorder(cluster, shares, steps) : null
    this.reasons = (input.decisions ?? 0) > 0 ? new PendingReasons(cluster, run.placement) : null
    this.requests = ApiSeries.of(run)
    this.samples = simulator.register('sample', () => this.sample())
  }

  /** The first row is one step after the origin: rates look back. */
  opens(): void {
    const { simulator, times, input } = this.run
    simulator.at(times.origin + input.sample, this.samples, 0, 0)
  }

  private sample(): void {
    const { simulator, cluster, clients, replicaSets, nodeLevels, shares, pods, times, input } = this.run
    const { origin, windowStart } = times
    const step = input.sample
    const now = simulator.now
    const arrived = clients.list.reduce((sum, { ledger }) => sum + ledger.arrived, 0)
    const wanted = replicaSets.desired.reduce((sum, replicas) => sum + replicas, 0)
    const { used, requested, count } = this.serviceUsage(now)
    const allocatable = cluster.allocatable[CPU]
    // Looked at in the window only: it needs a look at all nodes.
    const packing = now >= windowStart ? this.fragmentation.packing() : UNKNOWN
    const row = [
      (now - origin) / SECOND,
      ((arrived - this.arrivedBefore) * SECOND) / step,
      NaN,
      wanted,
      count,
      nodeLevels.nodes.value,
      cluster.pendingPods,
      (100 * used) / requested,
      (100 * cluster.allocated[CPU]) / allocatable,
      (100 * shares.delivered.value) / allocatable,
      packing.used,
      packing.fewest,
    ]
    row.forEach((value, i) => this.rows[i].push(value))
    this.sampleGpu()
    this.sampleQuotas()
    this.reasons?.sample()
    this.requests?.sample()
    this.run.scheduling.offers?.sample()
    this.grid?.sample(row[0])
    this.arrivedBefore = arrived
    this.lastTime = now
    if (now >= windowStart) {
      this.strandedCpu.add(this.fragmentation.strandedCpu(pods.mix) / allocatable)
      this.strandedGpu.add(this.fragmentation.strandedGpu(pods.mix) / cluster.gpuAllocatable)
      this.packingGap.add(packing.fewest === 0 ? 0 : packing.used / packing.fewest - 1)
    }
    simulator.at(now + step, this.samples, 0, 0)
  }

  private quotaColumns(): (readonly [string, string, string])[] {
    return (this.run.admission?.quotas ?? []).flatMap(({ spec, resources }) =>
      resources.map(
        (name) => [`quota ${spec.namespace}/${spec.name} ${name}`, `${name} used of quota ${spec.namespace}/${spec.name}`, '%'] as const,
      ),
    )
  }

  /** Dominant shares of roles, where a scheduler has roles. */
  private shareColumns(samples: number): TableColumn[] {
    return [...(this.run.scheduling.offers?.shares ?? [])].map(([role, values]) => ({
      name: `share-${role}`,
      label: `dominant share of ${role}`,
      unit: '%',
      role: 'metric',
      values: Float64Array.from({ length: samples }, (_, row) => 100 * (values[row] ?? 0)),
    }))
  }

  private sampleQuotas(): void {
    let column = 0
    for (const { used, hard } of this.run.admission?.quotas ?? [])
      for (let i = 0; i < hard.length; i++) this.quotaRows[column++].push((100 * used[i]) / hard[i])
  }

  private sampleGpu(): void {
    const { cluster, pods } = this.run
    const { gpuAllocatable } = cluster
    const none = gpuAllocatable === 0
    this.gpuRows[0].push(none ? NaN : (100 * cluster.gpuAllocated) / gpuAllocatable)
    this.gpuRows[1].push(none ? NaN : (100 * this.fragmentation.strandedGpu(pods.mix)) / gpuAllocatable)
  }

  /** CPU that the ready pods of services used since the last sample, and their requests [millicores]. */
  private serviceUsage(now: Time): { used: number; requested: number; count: number } {
    const { load } = this.run
    const { last } = this
    let used = 0
    let { request: requested, count } = load.uncalled()
    load.eachServer((server, listed) => {
      const total = load.cpuUsed(server)
      last.reserve(server + 1)
      const before = last.epoch[server] === load.epoch(server) ? last.used[server] : 0
      last.used[server] = total
      last.epoch[server] = load.epoch(server)
      if (!listed) return
      count++
      used += total - before
      requested += load.cpuRequest(server)
    })
    return { used: (1000 * used) / (now - this.lastTime), requested, count }
  }

  nodeGrid(): NodeGrid | undefined {
    return this.grid?.grid()
  }

  table(): Table {
    const { clients, input } = this.run
    const step = input.sample
    const times = this.rows[0]
    this.rows[MISSES] = times.map((_, row) => {
      let arrived = 0
      let missed = 0
      // The seconds that the step touches: fates are kept by the second.
      const to = Math.ceil(((row + 1) * step) / SECOND)
      const from = Math.floor((row * step) / SECOND)
      for (const { ledger } of clients.list) {
        arrived += ledger.arrivedBetween(from, to)
        missed += ledger.missedBetween(from, to)
      }
      return (100 * missed) / arrived
    })
    const column =
      (rows: readonly number[][]) =>
      ([name, label, unit]: readonly [string, string, string], i: number): TableColumn => ({
        name,
        label,
        unit,
        role: name === 'time' ? 'time' : 'metric',
        values: Float64Array.from(rows[i]),
      })
    const gpus = this.gpuRows[0].some((value) => !Number.isNaN(value))
    return {
      rows: times.length,
      columns: [
        ...COLUMNS.map(column(this.rows)),
        ...(gpus ? GPU_COLUMNS.map(column(this.gpuRows)) : []),
        ...this.quotaColumns().map(column(this.quotaRows)),
        ...(this.reasons?.columns() ?? []),
        ...(this.requests?.columns() ?? []),
        ...this.shareColumns(times.length),
      ],
    }
  }
}
