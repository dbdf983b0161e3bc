/**
 * Looks at the run every `step`: a row of the time series, and the measures that need a look at all nodes (stranded capacity, packing
 * gap), whose time mean is the mean over the looks of the window.
 */
import type { Cluster } from '../cluster/cluster.ts'
import { CPU } from '../cluster/views.ts'
import { grown } from '../common/table.ts'
import type { ReplicaSets } from '../controllers/replica-sets.ts'
import type { Simulator } from '../engine/simulator.ts'
import { Kind } from '../engine/kinds.ts'
import type { CpuShares } from '../serving/cpu-shares.ts'
import type { ServiceRun } from '../serving/flow.ts'
import { ServerState } from '../serving/servers.ts'
import type { Servers } from '../serving/servers.ts'
import type { Table, TableColumn } from './table.ts'
import type { NodeGrid } from './results.ts'
import { Fragmentation } from './fragmentation.ts'
import { NodeGridRecorder } from './node-grid.ts'
import type { NodeRecorder } from '../measure/node-recorder.ts'
import type { PodRecorder } from '../measure/pod-recorder.ts'

const SECOND = 1e6

export interface SamplerParts {
  readonly simulator: Simulator
  readonly cluster: Cluster
  readonly services: readonly ServiceRun[]
  readonly servers: Servers
  readonly shares: CpuShares
  readonly replicaSets: ReplicaSets
  readonly pods: PodRecorder
  readonly nodeLevels: NodeRecorder
  readonly origin: number
  readonly windowStart: number
  readonly step: number
  readonly end: number
  /** Keep a picture of the nodes. */
  readonly picture: boolean
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
const MISSES = 2
const UNKNOWN = { used: NaN, fewest: NaN }

export class Sampler {
  readonly strandedCpu = new SampleMean()
  readonly strandedGpu = new SampleMean()
  readonly packingGap = new SampleMean()
  private readonly rows: number[][] = COLUMNS.map(() => [])
  private readonly fragmentation: Fragmentation
  private arrivedBefore = 0
  private lastUsed = new Float64Array(64)
  private lastEpoch = new Int32Array(64).fill(-1)
  private lastTime: number
  /** Null where no picture is wanted. */
  private readonly grid: NodeGridRecorder | null

  private readonly parts: SamplerParts

  constructor(parts: SamplerParts) {
    this.parts = parts
    this.fragmentation = new Fragmentation(parts.cluster.view)
    this.lastTime = parts.origin
    this.grid = parts.picture
      ? new NodeGridRecorder(parts.cluster, parts.shares, Math.floor((parts.end - parts.origin) / parts.step))
      : null
    parts.simulator.on(Kind.Sample, () => this.sample())
  }

  /** The first row is one step after the origin: rates look back. */
  open(): void {
    this.parts.simulator.at(this.parts.origin + this.parts.step, Kind.Sample, 0, 0)
  }

  private sample(): void {
    const { simulator, cluster, services, replicaSets, nodeLevels, shares, pods, origin, windowStart, step } = this.parts
    const now = simulator.now
    let arrived = 0
    let wanted = 0
    let ready = 0
    services.forEach(({ ledger }, row) => {
      arrived += ledger.arrived
      wanted += replicaSets.desired[row]
    })
    const { used, requested, count } = this.serviceUsage(now)
    ready = count
    const allocatable = cluster.allocatable[CPU]
    // Looked at in the window only: it needs a look at all nodes.
    const packing = now >= windowStart ? this.fragmentation.packing() : UNKNOWN
    const row = [
      (now - origin) / SECOND,
      ((arrived - this.arrivedBefore) * SECOND) / step,
      NaN,
      wanted,
      ready,
      nodeLevels.nodes.value,
      cluster.pendingPods,
      (100 * used) / requested,
      (100 * cluster.allocated[CPU]) / allocatable,
      (100 * shares.delivered.value) / allocatable,
      packing.used,
      packing.fewest,
    ]
    row.forEach((value, i) => this.rows[i].push(value))
    this.grid?.sample(row[0])
    this.arrivedBefore = arrived
    this.lastTime = now
    if (now >= windowStart) {
      this.strandedCpu.add(this.fragmentation.strandedCpu(pods.mix) / allocatable)
      this.strandedGpu.add(this.fragmentation.strandedGpu(pods.mix) / cluster.gpuAllocatable)
      this.packingGap.add(packing.fewest === 0 ? 0 : packing.used / packing.fewest - 1)
    }
    simulator.at(now + step, Kind.Sample, 0, 0)
  }

  /** CPU that the ready pods of services used since the last sample, over what they request [millicores]. */
  private serviceUsage(now: number): { used: number; requested: number; count: number } {
    const { servers, shares } = this.parts
    this.lastUsed = grown(this.lastUsed, servers.state.length)
    this.lastEpoch = grown(this.lastEpoch, servers.state.length, -1)
    let used = 0
    let requested = 0
    let count = 0
    for (let server = 0; server < servers.high; server++) {
      if (servers.state[server] === ServerState.Free) continue
      shares.advance(server)
      const before = this.lastEpoch[server] === servers.epoch[server] ? this.lastUsed[server] : 0
      this.lastUsed[server] = servers.used[server]
      this.lastEpoch[server] = servers.epoch[server]
      if (servers.listed[server] === 0) continue
      count++
      used += servers.used[server] - before
      requested += servers.weight[server]
    }
    return { used: (1000 * used) / (now - this.lastTime), requested, count }
  }

  nodeGrid(): NodeGrid | undefined {
    return this.grid?.grid()
  }

  table(): Table {
    const { services, step } = this.parts
    const times = this.rows[0]
    this.rows[MISSES] = times.map((_, row) => {
      let arrived = 0
      let missed = 0
      // The seconds that the step touches: fates are kept by the second.
      const to = Math.ceil(((row + 1) * step) / SECOND)
      for (const { ledger } of services) {
        for (let second = Math.floor((row * step) / SECOND); second < to; second++) {
          arrived += ledger.arrivedIn[second]
          missed += ledger.missedIn[second]
        }
      }
      return (100 * missed) / arrived
    })
    return {
      rows: times.length,
      columns: COLUMNS.map(([name, label, unit], i): TableColumn => ({
        name,
        label,
        unit,
        role: i === 0 ? 'time' : 'metric',
        values: Float64Array.from(this.rows[i]),
      })),
    }
  }
}
