/**
 * Nodes in use, and the fewest that could hold what is allocated: resource by resource (and for milli-GPU) the largest nodes first until their capacity is
 * reached, the largest of these counts. The continuous bound of sim/binpacking/bounds/bound.ts, on the nodes that are there; kept up node by node.
 */
import { DEVICES, MILLI, NodeState, type NodesView } from '../cluster/views.ts'
import { grown } from '../common/table.ts'

export class NodeBound {
  private inUse = 0
  /** Sums over nodes that are there, by resource; milli-GPU comes last. */
  private readonly allocated: number[] = []
  /** What a node added to them, [resource][node], and its capacity while it is there. */
  private readonly allocatedOf: Float64Array[] = []
  private readonly capacityOf: Float64Array[] = []
  private usedOf = new Uint8Array(0)
  /** Sums of the k + 1 largest capacities, [resource][k]; empty when the nodes have changed. */
  private largest: Float64Array[] = []

  /** Makes room for all rows. */
  grow(nodes: NodesView): void {
    for (let r = 0; r <= nodes.free.length; r++) {
      this.allocated[r] ??= 0
      this.allocatedOf[r] = grown(this.allocatedOf[r] ?? new Float64Array(0), nodes.count)
      this.capacityOf[r] = grown(this.capacityOf[r] ?? new Float64Array(0), nodes.count)
    }
    this.usedOf = grown(this.usedOf, nodes.count)
  }

  /** The node has changed. */
  read(nodes: NodesView, node: number): void {
    const there = nodes.state[node] === NodeState.Ready || nodes.state[node] === NodeState.Cordoned
    const used = there && nodes.podCount[node] > 0 ? 1 : 0
    this.inUse += used - this.usedOf[node]
    this.usedOf[node] = used
    const last = nodes.free.length
    for (let r = 0; r < last; r++) this.set(r, node, there ? nodes.capacity[r][node] : 0, there ? nodes.free[r][node] : 0)
    let free = 0
    for (let d = 0; d < nodes.devices[node]; d++) free += nodes.freeDevice[node * DEVICES + d]
    this.set(last, node, there ? nodes.devices[node] * MILLI : 0, there ? free : 0)
  }

  private set(r: number, node: number, capacity: number, free: number): void {
    this.allocated[r] += capacity - free - this.allocatedOf[r][node]
    this.allocatedOf[r][node] = capacity - free
    if (capacity === this.capacityOf[r][node]) return
    this.capacityOf[r][node] = capacity
    this.largest = []
  }

  /** Nodes that are there and hold a pod. */
  get used(): number {
    return this.inUse
  }

  /** The fewest nodes, of those that are there, that could hold what is allocated. */
  fewest(): number {
    if (this.largest.length === 0) this.largest = this.capacityOf.map(sumsOfLargest)
    let bound = 0
    for (let r = 0; r < this.allocated.length; r++) bound = Math.max(bound, fewest(this.largest[r], this.allocated[r]))
    return bound
  }
}

function sumsOfLargest(capacities: Float64Array): Float64Array {
  const sums = capacities.slice().sort().reverse()
  for (let k = 1; k < sums.length; k++) sums[k] += sums[k - 1]
  return sums
}

/** The smallest k whose k largest capacities reach the demand. */
function fewest(sums: Float64Array, demand: number): number {
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
