/** Weights by index with their running sums, as a Fenwick tree: changing a weight and finding the index of a point of the sum take O(log n). */
import { lengthFor } from './slots.ts'

/** Whole weights; sums stay exact below 2^53. Source: Fenwick 1994, A new data structure for cumulative frequency tables. */
export class WeightTree {
  total = 0
  /** Node i + 1 holds the sum over the lowbit(i + 1) indices that end at i. */
  private nodes = new Float64Array(17)

  /** Adds `change` to the weight at `index`. */
  add(index: number, change: number): void {
    if (index >= this.nodes.length - 1) this.grow(index)
    this.total += change
    for (let node = index + 1; node < this.nodes.length; node += node & -node) this.nodes[node] += change
  }

  /** Sum of the weights before `index`. */
  before(index: number): number {
    let sum = 0
    for (let node = Math.min(index, this.nodes.length - 1); node > 0; node -= node & -node) sum += this.nodes[node]
    return sum
  }

  /** The index at which the running sum exceeds `point`, from 0 to below the total. */
  find(point: number): number {
    const { nodes } = this
    let at = 0
    let left = point
    // the first step is a power of two
    for (let step = nodes.length - 1; step > 0; step >>= 1) {
      const node = at + step
      if (node < nodes.length && nodes[node] <= left) {
        at = node
        left -= nodes[node]
      }
    }
    return at
  }

  /** To a longer power of two: the new part is empty, and only the nodes at powers of two span it and the old one. */
  private grow(index: number): void {
    const before = this.nodes.length - 1
    const length = lengthFor(index, before)
    const nodes = new Float64Array(length + 1)
    nodes.set(this.nodes)
    for (let node = 2 * before; node <= length; node *= 2) nodes[node] = this.total
    this.nodes = nodes
  }
}
