/**
 * Allocation and usage of CPU by groups of consecutive nodes, at some instants of the run: data of a chart, not a metric. It is taken at
 * samples, and coarse, so that its size is bounded whatever the size of the cluster.
 */
import type { Cluster } from '../cluster/cluster.ts'
import { isPaid } from '../cluster/nodes.ts'
import { CPU } from '../cluster/views.ts'
import type { NodeGrid } from './results.ts'
import type { CpuShares } from '../serving/cpu-shares.ts'

/** Maximum number of instants. */
export const MAX_TIMES = 60
/** Maximum number of groups. */
export const MAX_GROUPS = 100

/** One instant. */
interface Snapshot {
  /** From the origin [s]. */
  readonly time: number
  /** By group [millicores]. */
  readonly capacity: Float64Array
  readonly allocated: Float64Array
  readonly used: Float64Array
}

/** Takes the snapshots; `grid()` is called at the end of the run. */
export class NodeGridRecorder {
  private readonly snapshots: Snapshot[] = []
  private readonly cluster: Cluster
  private readonly shares: CpuShares
  /** One sample of `stride` is kept. */
  private readonly stride: number
  private samples = 0
  /** Nodes per group; doubles when the nodes need more than MAX_GROUPS groups, and earlier snapshots are folded to match. */
  private span = 1

  constructor(cluster: Cluster, shares: CpuShares, samples: number) {
    this.cluster = cluster
    this.shares = shares
    this.stride = Math.max(1, Math.ceil(samples / MAX_TIMES))
  }

  /** `time` [s] from the origin. */
  sample(time: number): void {
    if (this.samples++ % this.stride !== 0 || this.snapshots.length === MAX_TIMES) return
    const { nodes } = this.cluster.view
    while (nodes.count > this.span * MAX_GROUPS) this.fold()
    const snapshot: Snapshot = {
      time,
      capacity: new Float64Array(MAX_GROUPS),
      allocated: new Float64Array(MAX_GROUPS),
      used: new Float64Array(MAX_GROUPS),
    }
    for (let node = 0; node < nodes.count; node++) {
      if (!isPaid(nodes.state[node])) continue
      const group = Math.floor(node / this.span)
      const capacity = nodes.cpu[node]
      snapshot.capacity[group] += capacity
      snapshot.allocated[group] += capacity - nodes.free[CPU][node]
      snapshot.used[group] += Math.min(this.shares.demandOn(node), capacity)
    }
    this.snapshots.push(snapshot)
  }

  private fold(): void {
    this.span *= 2
    for (const { capacity, allocated, used } of this.snapshots) {
      for (const column of [capacity, allocated, used]) {
        for (let group = 0; group < MAX_GROUPS; group++)
          column[group] = 2 * group < MAX_GROUPS ? column[2 * group] + column[2 * group + 1] : 0
      }
    }
  }

  grid(): NodeGrid {
    const { snapshots, span } = this
    const nodes = this.cluster.view.nodes.count
    const groups = Math.ceil(nodes / span)
    const share = (of: (snapshot: Snapshot) => Float64Array): Float32Array =>
      Float32Array.from({ length: snapshots.length * groups }, (_, cell) => {
        const snapshot = snapshots[Math.floor(cell / groups)]
        const group = cell % groups
        return (100 * of(snapshot)[group]) / snapshot.capacity[group]
      })
    return {
      times: Float64Array.from(snapshots, ({ time }) => time),
      nodes,
      span,
      groups,
      allocation: share((snapshot) => snapshot.allocated),
      usage: share((snapshot) => snapshot.used),
    }
  }
}
