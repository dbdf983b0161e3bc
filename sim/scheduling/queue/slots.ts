/** How many equal pods fit on nodes at once: with equal pods this is exact, whatever their order and whichever nodes are chosen. */
import type { NodeId, PodClassId } from '../../common/ids.ts'
import { DEVICES, MILLI, NodeState, PODS } from '../../cluster/views.ts'
import type { ClusterView, Column } from '../../cluster/views.ts'

/** What is free: of the cluster now, or of a copy at another time. */
export interface Free {
  readonly free: readonly Column[] // [resource][node]
  readonly freeDevice: Column
}

/** Number of pods of the class that fit on the node at once. */
export function slotsOn(view: ClusterView, podClass: PodClassId, node: NodeId, free: Free = view.nodes): number {
  const { nodes, classes } = view
  if (nodes.state[node] !== NodeState.Ready || !view.admissible(podClass, node)) return 0
  let slots = free.free[PODS][node]
  for (let resource = 0; resource < classes.request.length; resource++) {
    const asked = classes.request[resource][podClass]
    if (asked > 0) slots = Math.min(slots, Math.floor(free.free[resource][node] / asked))
  }
  return slots > 0 && classes.gpus[podClass] > 0 ? Math.min(slots, onDevices(view, podClass, node, free.freeDevice)) : Math.max(0, slots)
}

function onDevices({ nodes, classes }: ClusterView, podClass: PodClassId, node: NodeId, freeDevice: Column): number {
  const milli = classes.gpuMilli[podClass]
  let whole = 0
  let shares = 0
  for (let device = node * DEVICES; device < node * DEVICES + nodes.devices[node]; device++) {
    if (freeDevice[device] === MILLI) whole++
    shares += Math.floor(freeDevice[device] / milli)
  }
  return classes.gpus[podClass] === 1 ? shares : Math.floor(whole / classes.gpus[podClass])
}

/** Whether `count` pods of the class fit at once. */
export function fitsAtOnce(view: ClusterView, podClass: PodClassId, count: number): boolean {
  let left = count
  for (let node = 0; node < view.nodes.count && left > 0; node++) left -= slotsOn(view, podClass, node)
  return left <= 0
}

/** Whether `count` pods of the class would fit at once if all Ready nodes were empty. */
export function fitsEmptyCluster(view: ClusterView, podClass: PodClassId, count: number): boolean {
  const { nodes } = view
  const freeDevice = new Int32Array(nodes.count * DEVICES).fill(MILLI)
  const empty: Free = { free: nodes.capacity, freeDevice }
  let left = count
  for (let node = 0; node < nodes.count && left > 0; node++) left -= slotsOn(view, podClass, node, empty)
  return left <= 0
}
