/**
 * Nodes in use, and the continuous lower bound on the number of nodes for what is allocated (sim/binpacking/bounds/bound.ts), over the nodes
 * that are paid for: resource by resource (and for milli-GPU), the number of nodes, largest first, whose capacity reaches the allocation;
 * then the maximum over resources. What is allocated is counted by the cluster; capacities are updated node by node.
 */
import type { NodeId } from '../common/ids.ts'
import { ExactSums } from '../common/exact-sums.ts'
import { ColumnTable } from '../common/table.ts'
import { isPaid } from '../cluster/nodes.ts'
import { MILLI } from '../cluster/views.ts'
import type { NodesView } from '../cluster/views.ts'

/** What a cluster counts over its nodes that are paid for. */
export interface Allocation {
  /** By resource, the doubles nearest to the sums. */
  readonly allocated: ArrayLike<number>
  readonly gpuAllocated: number
  readonly nodesInUse: number
}

/** The bound of a cluster; its rows are nodes. Milli-GPU is the resource after the last one. */
export class NodeBound extends ColumnTable {
  private nodes = 0
  /** Of each node, its capacity while it is paid for [resource][node]; and 1 while it is. */
  private readonly capacityOf: Float64Array[]
  private readonly paid = this.column(Uint8Array)
  /** Sums of the k + 1 largest capacities, [resource][k]; empty when a capacity has changed. */
  private largest: Float64Array[] = []
  private readonly allocation: Allocation

  constructor(allocation: Allocation) {
    super()
    this.allocation = allocation
    this.capacityOf = this.columns(Float64Array, allocation.allocated.length + 1)
  }

  /** Reads a node that is new or has changed. */
  read(nodes: NodesView, node: NodeId): void {
    this.nodes = Math.max(this.nodes, node + 1)
    this.reserve(this.nodes)
    const paid = isPaid(nodes.state[node]) ? 1 : 0
    if (paid === this.paid[node]) return
    this.paid[node] = paid
    this.largest = []
    const last = nodes.capacity.length
    for (let r = 0; r < last; r++) this.capacityOf[r][node] = paid * nodes.capacity[r][node]
    this.capacityOf[last][node] = paid * nodes.devices[node] * MILLI
  }

  /** Number of nodes that hold a pod. */
  get used(): number {
    return this.allocation.nodesInUse
  }

  /** The lower bound; 0 when nothing is allocated. */
  minimum(): number {
    if (this.largest.length === 0) this.largest = this.capacityOf.map((column) => sumsOfLargest(column.subarray(0, this.nodes)))
    const { largest } = this
    const { allocated, gpuAllocated } = this.allocation
    let bound = smallestCount(largest[allocated.length], gpuAllocated)
    for (let r = 0; r < allocated.length; r++) bound = Math.max(bound, smallestCount(largest[r], allocated[r]))
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
