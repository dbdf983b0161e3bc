/**
 * The estimator: how many new nodes of each pool the pending pods need. The pods are packed onto Ready nodes, upcoming nodes and new
 * nodes, in this order; the new nodes that received a pod are counted.
 */
import { CPU, DEVICES, MEMORY, MILLI, NodeState, PODS, type ClusterView, type Column } from '../../cluster/views.ts'
import { NONE, type NodeId, type PodClassId } from '../../common/ids.ts'
import type { Packer, PackingProblem } from '../../binpacking/policy.ts'
import type { NodesScalingView, ScalablePool } from './policy.ts'

/** New nodes per row of `view.pools`. */
export function estimate(view: NodesScalingView, packer: Packer): Int32Array {
  const counts = new Int32Array(view.pools.length)
  const growing = view.pools.map((_, row) => row).filter((row) => view.pools[row].count < view.pools[row].max)
  if (view.pendingCount === 0 || growing.length === 0) return counts
  const { opened } = packer.pack(problemOf(view, growing))
  for (const type of opened) counts[growing[type]]++
  return counts
}

/** Classes of the pending pods that fit neither on Ready nor on upcoming nodes. */
export function leftOver(view: NodesScalingView, packer: Packer): PodClassId[] {
  const { pending, pendingCount } = view
  const classes: PodClassId[] = []
  if (pendingCount === 0) return classes
  const { bin } = packer.pack(problemOf(view, []))
  for (let item = 0; item < pendingCount; item++) if (bin[item] === NONE) classes.push(pending[item])
  return classes
}

function problemOf(view: NodesScalingView, growing: readonly number[]): PackingProblem {
  const { cluster, pending, pendingCount } = view
  const { nodes, classes } = cluster
  const rows = usableNodes(cluster, pending, pendingCount)
  const upcoming: ScalablePool[] = []
  for (let i = 0; i < view.upcomingCount; i++) {
    const pool = view.pools.find((p) => p.pool === view.upcoming[i])
    if (pool !== undefined) upcoming.push(pool)
  }
  const bins = rows.length + upcoming.length
  const freeDevice = new Int32Array(bins * DEVICES)
  for (let bin = 0; bin < rows.length; bin++) {
    for (let d = 0; d < DEVICES; d++) freeDevice[bin * DEVICES + d] = nodes.freeDevice[rows[bin] * DEVICES + d]
  }
  upcoming.forEach(({ type }, i) => freeDevice.fill(MILLI, (rows.length + i) * DEVICES, (rows.length + i) * DEVICES + type.devices))
  const free = nodes.free.map((column, r) => {
    const amounts = new Float64Array(bins)
    for (let bin = 0; bin < rows.length; bin++) amounts[bin] = column[rows[bin]]
    upcoming.forEach(({ type }, i) => (amounts[rows.length + i] = type.capacity[r] ?? 0))
    return amounts
  })
  return {
    items: pendingCount,
    podClass: pending,
    classes,
    bins,
    free,
    freeDevice,
    binAdmits: (podClass, bin) =>
      bin < rows.length ? cluster.admissible(podClass, rows[bin]) : upcoming[bin - rows.length].type.admits(podClass),
    types: growing.map((row) => {
      const { type, max, count } = view.pools[row]
      return { ...type, limit: Math.min(type.limit, max - count), admits: (podClass: PodClassId) => type.admits(podClass) }
    }),
  }
}

/** Ready nodes that could take the smallest pending request of each resource: few in a full cluster. */
function usableNodes({ nodes, classes }: ClusterView, pending: Column, count: number): NodeId[] {
  let cpu = Infinity
  let memory = Infinity
  for (let i = 0; i < count; i++) {
    cpu = Math.min(cpu, classes.request[CPU][pending[i]])
    memory = Math.min(memory, classes.request[MEMORY][pending[i]])
  }
  const rows: NodeId[] = []
  const { state, freeCpu, freeMemory } = nodes
  for (let node = 0; node < nodes.count; node++) {
    if (freeCpu[node] >= cpu && freeMemory[node] >= memory && state[node] === NodeState.Ready && nodes.free[PODS][node] > 0) rows.push(node)
  }
  return rows
}
