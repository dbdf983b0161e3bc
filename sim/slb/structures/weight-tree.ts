/** Weights by index with running sums, as a Fenwick tree: change one, and find whose a point of the sum is, in O(log n). */
import { roomFor } from './slots.ts'

/** Whole weights; sums stay exact below 2^53. Source: Fenwick 1994, A new data structure for cumulative frequency tables. */
export class WeightTree {
  total = 0
  /** Node i + 1 holds the sum over the lowbit(i + 1) indices that end at i. */
  private nodes = new Float64Array(17)

  /** Adds to the weight at `index`, which was 0 until then. */
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
    for (let step = nodes.length - 1; step > 0; step >>= 1) {
      // a power of two
      const node = at + step
      if (node < nodes.length && nodes[node] <= left) {
        at = node
        left -= nodes[node]
      }
    }
    return at
  }

  /** Twice as long, a power of two of indices: the new upper half is empty, and only the last node spans both halves. */
  private grow(index: number): void {
    const before = this.nodes.length - 1
    const length = roomFor(index, before)
    const nodes = new Float64Array(length + 1)
    nodes.set(this.nodes)
    for (let node = 2 * before; node <= length; node *= 2) nodes[node] = this.total
    this.nodes = nodes
  }
}
