/**
 * Which nodes are not needed, since when, and which of them go now. A scan costs a pass over the nodes with a handful of comparisons;
 * only a bounded number of nodes with pods is looked into.
 */
import { DEVICES, MILLI, NodeState, NONE, type NodesView } from '../../cluster/views.ts'
import { grown } from '../../common/table.ts'
import { DrainSimulation, movingPods } from './drain-simulation.ts'
import type { NodeChanges, NodesScalingView } from './policy.ts'

export interface ScaleDownValues {
  /** Share of its allocatable below which a node may be unneeded. */
  readonly threshold: number
  readonly unneeded: number
  readonly recheck: number
  readonly candidates: number
  readonly bulk: number
}

/** Nodes with pods that are looked into in one scan: at least this many, and this share of all (Cluster Autoscaler's candidate pool). */
const POOL_MINIMUM = 50
const POOL_SHARE = 0.1

/**
 * Is less than this share of the node asked for: the larger of the CPU and memory shares, on a node with devices the share of the devices alone.
 * Amounts against threshold * capacity, as a quotient per node would cost more than all the rest of a scan.
 */
export function littleUsed(nodes: NodesView, node: number, threshold: number): boolean {
  const devices = nodes.devices[node]
  if (devices > 0) {
    let free = 0
    for (let d = node * DEVICES; d < node * DEVICES + devices; d++) free += nodes.freeDevice[d]
    return devices * MILLI - free < threshold * devices * MILLI
  }
  const cpu = nodes.cpu[node]
  const memory = nodes.memory[node]
  return cpu - nodes.freeCpu[node] < threshold * cpu && memory - nodes.freeMemory[node] < threshold * memory
}

export class ScaleDown {
  /** Since when a node is unneeded without a break [µs], NONE when it is needed. Rows of nodes are never used again. */
  private since = new Float64Array(0)
  /** When a node was last found to be needed although it is little used. */
  private failed = new Float64Array(0)
  private readonly simulation = new DrainSimulation()
  private readonly values: ScaleDownValues
  /** By pool: nodes that stay when all drains under way are done, and the bound; NaN for pools that do not scale. */
  private staying: number[] = []
  private least: number[] = []
  private draining = false

  constructor(values: ScaleDownValues) {
    this.values = values
  }

  /** Brings the timers up to date; and, when `mayDrain`, drains the nodes whose time has come. */
  scan(view: NodesScalingView, out: NodeChanges, mayDrain: boolean): void {
    this.readPools(view)
    const { empty, underWay, fresh } = this.candidates(view)
    const unneeded = this.judge(view, underWay, fresh)
    const { since } = this
    for (const node of empty) if (since[node] === NONE) since[node] = view.now
    if (!mayDrain) return
    let left = this.values.bulk
    for (const node of empty) if (left > 0 && this.leaves(view, node, out)) left--
    // A drain takes its time: the next one waits for its end.
    if (left > 0 && !this.draining) unneeded.some((node) => this.leaves(view, node, out))
  }

  private readPools(view: NodesScalingView): void {
    const { nodes } = view.cluster
    this.staying = []
    this.least = []
    for (const { pool, count, min } of view.pools) {
      this.staying[pool] = count
      this.least[pool] = min
    }
    if (this.since.length >= nodes.count) return
    this.since = grown(this.since, nodes.count * 2, NONE)
    this.failed = grown(this.failed, nodes.count * 2, -Infinity)
  }

  /** Little-used nodes of scaling pools: empty ones, those whose time is running (longest first), and the others. */
  private candidates(view: NodesScalingView): { empty: number[]; underWay: number[]; fresh: number[] } {
    const { nodes } = view.cluster
    const { state, pool, podCount } = nodes
    const { since, failed, staying } = this
    const { threshold, recheck } = this.values
    const empty: number[] = []
    const underWay: number[] = []
    const fresh: number[] = []
    this.draining = false
    for (let node = 0; node < nodes.count; node++) {
      if (state[node] === NodeState.Gone) continue
      const scales = staying[pool[node]] !== undefined
      if (state[node] === NodeState.Cordoned) {
        if (scales) staying[pool[node]]--
        if (podCount[node] > 0) this.draining = true
      }
      if (!scales || state[node] !== NodeState.Ready || !littleUsed(nodes, node, threshold)) since[node] = NONE
      else if (podCount[node] === 0) empty.push(node)
      else if (since[node] !== NONE) underWay.push(node)
      else if (view.now - failed[node] >= recheck) fresh.push(node)
    }
    underWay.sort((a, b) => since[a] - since[b] || a - b)
    return { empty, underWay, fresh }
  }

  /** Judges nodes with pods, those under way first; sets their timers and returns the unneeded ones in this order. */
  private judge(view: NodesScalingView, underWay: readonly number[], fresh: readonly number[]): number[] {
    const { since, failed } = this
    const { nodes } = view.cluster
    const pool = Math.max(POOL_MINIMUM, Math.floor(POOL_SHARE * nodes.ready))
    const asked = [...underWay, ...fresh.slice(0, Math.max(0, pool - underWay.length))]
    const unneeded: number[] = []
    // Empty nodes are on their way out, as long as their pool may shrink: nothing is moved onto them.
    const leaving = (node: number): boolean => nodes.podCount[node] === 0 && this.staying[nodes.pool[node]] > this.least[nodes.pool[node]]
    if (asked.length > 0) this.simulation.begin(view.cluster, leaving)
    for (const node of asked) {
      if (unneeded.length === this.values.candidates) {
        since[node] = NONE
        continue
      }
      const pods = movingPods(view, node)
      if (pods !== null && this.simulation.empties(node, pods)) {
        unneeded.push(node)
        if (since[node] === NONE) since[node] = view.now
      } else {
        since[node] = NONE
        failed[node] = view.now
      }
    }
    return unneeded
  }

  /** Drains the node if its time has come and its pool may shrink. */
  private leaves(view: NodesScalingView, node: number, out: NodeChanges): boolean {
    const pool = view.cluster.nodes.pool[node]
    if (view.now - this.since[node] < this.values.unneeded || this.staying[pool] <= this.least[pool]) return false
    this.staying[pool]--
    out.drain(node)
    return true
  }
}
