/**
 * Nodes in use, and the continuous lower bound on the number of nodes for what is allocated (sim/binpacking/bounds/bound.ts), over the nodes
 * that are paid for: resource by resource (and for milli-GPU), the number of nodes, largest first, whose capacity reaches the allocation;
 * then the maximum over resources. Updated node by node.
 */
import type { NodeId, ResourceId } from '../common/ids.ts'
import { ExactSums } from '../common/exact-sums.ts'
import { ColumnTable } from '../common/table.ts'
import { isPaid } from '../cluster/nodes.ts'
import { DEVICES, MILLI } from '../cluster/views.ts'
import type { NodesView } from '../cluster/views.ts'

/** The bound of a cluster; its rows are nodes. Milli-GPU is the resource after the last one. */
export class NodeBound extends ColumnTable {
  private inUse = 0
  private nodes = 0
  /** Sums over the nodes, by resource. */
  private readonly allocated: ExactSums
  /** What each node adds to these sums, [resource][node], and its capacity while it is paid for. */
  private readonly allocatedOf: Float64Array[]
  private readonly capacityOf: Float64Array[]
  private readonly usedOf = this.column(Uint8Array)
  /** Sums of the k + 1 largest capacities, [resource][k]; empty when a capacity has changed. */
  private largest: Float64Array[] = []

  /** @param resources number of resources, without milli-GPU */
  constructor(resources: number) {
    super()
    this.allocated = new ExactSums(resources + 1)
    this.allocatedOf = this.columns(Float64Array, resources + 1)
    this.capacityOf = this.columns(Float64Array, resources + 1)
  }

  /** Reads a node that is new or has changed. */
  read(nodes: NodesView, node: NodeId): void {
    this.nodes = Math.max(this.nodes, node + 1)
    this.reserve(this.nodes)
    const paid = isPaid(nodes.state[node])
    const used = paid && nodes.podCount[node] > 0 ? 1 : 0
    this.inUse += used - this.usedOf[node]
    this.usedOf[node] = used
    const last = nodes.free.length
    for (let r = 0; r < last; r++) this.set(r, node, paid ? nodes.capacity[r][node] : 0, paid ? nodes.free[r][node] : 0)
    let free = 0
    for (let d = 0; d < nodes.devices[node]; d++) free += nodes.freeDevice[node * DEVICES + d]
    this.set(last, node, paid ? nodes.devices[node] * MILLI : 0, paid ? free : 0)
  }

  private set(r: ResourceId, node: NodeId, capacity: number, free: number): void {
    this.allocated.add(r, capacity - free - this.allocatedOf[r][node])
    this.allocatedOf[r][node] = capacity - free
    if (capacity === this.capacityOf[r][node]) return
    this.capacityOf[r][node] = capacity
    this.largest = []
  }

  /** Number of nodes that hold a pod. */
  get used(): number {
    return this.inUse
  }

  /** The lower bound; 0 when nothing is allocated. */
  minimum(): number {
    if (this.largest.length === 0) this.largest = this.capacityOf.map((column) => sumsOfLargest(column.subarray(0, this.nodes)))
    let bound = 0
    const { high } = this.allocated
    for (let r = 0; r < high.length; r++) bound = Math.max(bound, smallestCount(this.largest[r], high[r]))
    return bound
  }
}

/** Each the double nearest to its sum, as the allocation is, so that rounding beyond 2^53 keeps their order: the bound stays a lower bound. */
function sumsOfLargest(capacities: Float64Array): Float64Array {
  const sums = capacities.slice().sort().reverse()
  const sum = new ExactSums(1)
  for (let k = 0; k < sums.length; k++) {
    sum.add(0, sums[k])
    sums[k] = sum.high[0]
  }
  return sums
}

/** The smallest k whose k largest capacities reach the demand. */
function smallestCount(sums: Float64Array, demand: number): number {
  if (demand === 0) return 0
  let low = 0
  let high = sums.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (sums[middle] >= demand) high = middle
    else low = middle + 1
  }
  return low + 1
}
