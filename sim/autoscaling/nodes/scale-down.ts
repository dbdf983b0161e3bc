/**
 * Scale-down: which nodes are unneeded, since when, and which of them are drained now. A scan costs one pass over the nodes with a few
 * comparisons each; drains are simulated for a bounded number of nodes with pods. When nothing has changed since the last scan and no node is
 * due to be examined again, what it found still holds.
 */
import { DEVICES, MILLI, NodeState, NONE, type NodesView } from '../../cluster/views.ts'
import type { NodeId, Time } from '../../common/ids.ts'
import { ColumnTable } from '../../common/table.ts'
import { DrainSimulation, movingPods } from './drain-simulation.ts'
import type { NodeChanges, NodesScalingView } from './policy.ts'
import { ScanChanges } from './scan-changes.ts'

/** The parameters of on-demand that concern scale-down. */
export interface ScaleDownValues {
  /** Share of its capacity below which a node is underutilized. */
  readonly threshold: number
  /** Time for which a node must be unneeded before it is drained [µs]. */
  readonly unneeded: Time
  /** Time for which a node whose pods could not move is not examined again [µs]. */
  readonly recheck: Time
  /** Nodes with pods that are tracked as unneeded at a time. */
  readonly candidates: number
  /** Nodes drained per scan at most. */
  readonly bulk: number
}

/** Nodes with pods that are examined in one scan: at most this share of the Ready nodes, or POOL_MINIMUM if more (Cluster Autoscaler's candidate pool). */
const POOL_MINIMUM = 50
const POOL_SHARE = 0.1

/**
 * Whether less than the share `threshold` of the node is requested: the larger of the CPU and memory shares, on a node with devices the
 * share of the devices alone. Amounts are compared with threshold * capacity: a division per node would cost more than the rest of a scan.
 */
export function underutilized(nodes: NodesView, node: NodeId, threshold: number): boolean {
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

/** A row per node; rows of nodes are never reused. */
class NodeTimers extends ColumnTable {
  /** Time since which a node is unneeded without interruption [µs], NONE when it is needed. */
  readonly since = this.column(Float64Array, NONE)
  /** Time at which a node was last found to be underutilized but needed [µs]. */
  readonly failed = this.column(Float64Array, -Infinity)
}

export class ScaleDown {
  private readonly timers = new NodeTimers()
  private readonly simulation = new DrainSimulation()
  private readonly values: ScaleDownValues
  /** By pool: nodes that remain after all drains in progress, and the minimum; undefined for pools that do not scale. */
  private remaining: number[] = []
  private minimum: number[] = []
  /** Whether a cordoned node still has pods. */
  private draining = false
  private readonly changes = new ScanChanges()
  /** Nodes that are not Gone, in order of rows, of the first `seen` rows. */
  private readonly alive: NodeId[] = []
  private seen = 0
  /** Nodes that the simulation has not been told of. */
  private readonly moved = new Set<NodeId>()
  private isSimulated = false
  /** Which pools might shrink when it began. */
  private shrank = ''
  /** What the last scan found, and until when it holds if nothing changes. */
  private empty: readonly NodeId[] = []
  private unneeded: readonly NodeId[] = []
  private until: Time = -Infinity

  constructor(values: ScaleDownValues) {
    this.values = values
  }

  /** Updates the timers and, if `mayDrain`, drains the nodes that have been unneeded for long enough. */
  scan(view: NodesScalingView, out: NodeChanges, mayDrain: boolean): void {
    const { known, nodes } = this.changes.read(view)
    if (!known) this.isSimulated = false
    for (const node of nodes) this.moved.add(node)
    if (!known || nodes.size > 0 || view.now >= this.until) this.look(view)
    if (!mayDrain) return
    let left = this.values.bulk
    for (const node of this.empty) if (left > 0 && this.drain(view, node, out)) left--
    // Nodes with pods are drained one at a time.
    if (left > 0 && !this.draining) this.unneeded.some((node) => this.drain(view, node, out))
  }

  private look(view: NodesScalingView): void {
    this.readPools(view)
    const { empty, tracked, others } = this.candidates(view)
    this.empty = empty
    this.unneeded = this.examine(view, tracked, others)
    const { since } = this.timers
    for (const node of empty) if (since[node] === NONE) since[node] = view.now
  }

  private readPools(view: NodesScalingView): void {
    this.remaining = []
    this.minimum = []
    for (const { pool, count, min } of view.pools) {
      this.remaining[pool] = count
      this.minimum[pool] = min
    }
    this.timers.reserve(view.cluster.nodes.count)
  }

  /** Underutilized nodes of scaling pools: empty ones, those with a running timer (longest first), and others that are due for examination. */
  private candidates(view: NodesScalingView): { empty: NodeId[]; tracked: NodeId[]; others: NodeId[] } {
    const { nodes } = view.cluster
    const { state, pool, podCount } = nodes
    const { since, failed } = this.timers
    const { remaining } = this
    const { threshold, recheck } = this.values
    const empty: NodeId[] = []
    const tracked: NodeId[] = []
    const others: NodeId[] = []
    this.draining = false
    this.until = Infinity
    for (const node of this.aliveOf(nodes)) {
      const scales = remaining[pool[node]] !== undefined
      if (state[node] === NodeState.Cordoned) {
        if (scales) remaining[pool[node]]--
        if (podCount[node] > 0) this.draining = true
      }
      if (!scales || state[node] !== NodeState.Ready || !underutilized(nodes, node, threshold)) since[node] = NONE
      else if (podCount[node] === 0) empty.push(node)
      else if (since[node] !== NONE) tracked.push(node)
      else if (view.now - failed[node] >= recheck) others.push(node)
      else this.until = Math.min(this.until, failed[node] + recheck)
    }
    tracked.sort((a, b) => since[a] - since[b] || a - b)
    return { empty, tracked, others }
  }

  /** Nodes that are not Gone: rows are not used again, so that those that are stay so. */
  private aliveOf({ count, state }: NodesView): readonly NodeId[] {
    const { alive } = this
    let kept = 0
    for (const node of alive) if (state[node] !== NodeState.Gone) alive[kept++] = node
    alive.length = kept
    for (; this.seen < count; this.seen++) if (state[this.seen] !== NodeState.Gone) alive.push(this.seen)
    return alive
  }

  /** Simulates drains of nodes with pods, tracked ones first; sets their timers and returns the unneeded ones in this order. */
  private examine(view: NodesScalingView, tracked: readonly NodeId[], others: readonly NodeId[]): NodeId[] {
    const { since, failed } = this.timers
    const { nodes } = view.cluster
    const pool = Math.max(POOL_MINIMUM, Math.floor(POOL_SHARE * nodes.ready))
    const examined = [...tracked, ...others.slice(0, Math.max(0, pool - tracked.length))]
    const unneeded: NodeId[] = []
    if (examined.length < tracked.length + others.length) this.until = view.now
    if (examined.length > 0) this.simulate(view)
    for (const node of examined) {
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
        this.until = Math.min(this.until, view.now + this.values.recheck)
      }
    }
    return unneeded
  }

  /** Begins a simulation. Empty nodes will be removed if their pool may shrink: no pod is moved onto them. */
  private simulate({ cluster }: NodesScalingView): void {
    const { nodes } = cluster
    const shrinks = this.remaining.map((left, pool) => (left > this.minimum[pool] ? '1' : '0')).join('')
    if (this.isSimulated && shrinks === this.shrank) this.simulation.beginAgain(cluster, this.moved)
    else
      this.simulation.begin(
        cluster,
        (node) => nodes.podCount[node] === 0 && this.remaining[nodes.pool[node]] > this.minimum[nodes.pool[node]],
      )
    this.shrank = shrinks
    this.isSimulated = true
    this.moved.clear()
  }

  /** Drains the node if it has been unneeded for long enough and its pool may shrink; returns whether it did. */
  private drain(view: NodesScalingView, node: NodeId, out: NodeChanges): boolean {
    const pool = view.cluster.nodes.pool[node]
    if (view.now - this.timers.since[node] < this.values.unneeded || this.remaining[pool] <= this.minimum[pool]) return false
    this.remaining[pool]--
    this.until = -Infinity
    out.drain(node)
    return true
  }
}
