/**
 * The class of pods of the greatest affinity with a bin, by a k-d tree over the demands of the classes: each node holds the smallest and the largest demand below it, resource
 * by resource. No pod below fits when the smallest is more than the bin has, and none has more affinity than the largest would have; so whole
 * subtrees are passed over. Plainly it would be a look at every class for every pod that is placed (plain.ts); few classes need no more than that, ten thousand do.
 */
import { NONE } from '../../cluster/views.ts'
import type { Affinity } from './affinity.ts'
import type { Bins } from './bins.ts'
import type { Waiting } from './waiting.ts'

/** Classes in a leaf. */
const BUCKET = 4

export class ClassTree {
  private bins!: Bins
  private affinity!: Affinity
  private waiting!: Waiting
  private dims = 0
  /** Node n has children 2n and 2n + 1; nodes from `leaves` on are leaves, leaf k has classes start[k] .. start[k + 1] - 1 of `order`. */
  private leaves = 1
  private start = new Int32Array(2)
  private order = new Int32Array(0)
  /** By class: its leaf, and its place among the classes of the round, in order of their first pods. */
  private leafOf = new Int32Array(0)
  private rankOf = new Int32Array(0)
  /** At node * dims + i, over the classes that wait. */
  private low = new Float64Array(0)
  private high = new Float64Array(0)
  /** By node: classes that wait, and the lowest of their ranks. */
  private live = new Int32Array(0)
  private firstRank = new Int32Array(0)
  private best = NONE
  private most = -Infinity

  reset(bins: Bins, affinity: Affinity, waiting: Waiting): void {
    const { classes, countOf } = waiting
    this.bins = bins
    this.affinity = affinity
    this.waiting = waiting
    this.dims = affinity.dims
    this.leaves = 1
    while (this.leaves * BUCKET < classes.length) this.leaves *= 2
    this.order = Int32Array.from(classes)
    this.start = new Int32Array(this.leaves + 1)
    this.start[this.leaves] = classes.length
    this.leafOf = new Int32Array(countOf.length)
    this.rankOf = new Int32Array(countOf.length)
    classes.forEach((row, rank) => (this.rankOf[row] = rank))
    this.low = new Float64Array(2 * this.leaves * this.dims)
    this.high = new Float64Array(2 * this.leaves * this.dims)
    this.live = new Int32Array(2 * this.leaves)
    this.firstRank = new Int32Array(2 * this.leaves)
    this.split(1, 0, classes.length)
    for (let node = 2 * this.leaves - 1; node >= 1; node--) this.sumUp(node)
  }

  /** The waiting class that fits the bin and has the greatest affinity with it (ties: the lowest rank), NONE when none fits; `affinity` looks at the bin. */
  of(bin: number): number {
    this.best = NONE
    this.most = -Infinity
    if (this.live[1] > 0 && this.boundOf(1) > -Infinity) this.search(1, bin)
    return this.best
  }

  /** No pod of the class waits any longer. */
  gone(podClass: number): void {
    for (let node = this.leaves + this.leafOf[podClass]; node >= 1; node >>= 1) this.sumUp(node)
  }

  private search(node: number, bin: number): void {
    if (node >= this.leaves) {
      this.searchLeaf(node - this.leaves, bin)
      return
    }
    const left = 2 * node
    const right = left + 1
    const leftBound = this.boundOf(left)
    const rightBound = this.boundOf(right)
    const first = rightBound > leftBound ? right : left
    if (this.promising(first, Math.max(leftBound, rightBound))) this.search(first, bin)
    if (this.promising(left + right - first, Math.min(leftBound, rightBound))) this.search(left + right - first, bin)
  }

  private searchLeaf(leaf: number, bin: number): void {
    const { order, start, rankOf, affinity } = this
    for (let k = start[leaf]; k < start[leaf + 1]; k++) {
      const podClass = order[k]
      if (this.waiting.countOf[podClass] === 0) continue
      const match = affinity.of(podClass)
      if (match < this.most || (match === this.most && rankOf[podClass] > rankOf[this.best])) continue
      if (!this.bins.fits(podClass, bin)) continue
      this.best = podClass
      this.most = match
    }
  }

  /** No waiting class below has more affinity with the bin; -Infinity when none fits. */
  private boundOf(node: number): number {
    return this.live[node] === 0 ? -Infinity : this.affinity.atMost(this.low, this.high, node * this.dims)
  }

  private promising(node: number, bound: number): boolean {
    return bound > this.most || (bound === this.most && this.best !== NONE && this.firstRank[node] < this.rankOf[this.best])
  }

  /** Parts order[from .. end - 1] at the middle of the resource in which they differ most, down to the leaves. */
  private split(node: number, from: number, end: number): void {
    if (node >= this.leaves) {
      const leaf = node - this.leaves
      this.start[leaf] = from
      for (let k = from; k < end; k++) this.leafOf[this.order[k]] = leaf
      return
    }
    const middle = (from + end) >> 1
    const dim = this.widest(from, end)
    const { affinity } = this
    // Plainly a sort, on typed arrays in place. Where a class goes among equal ones changes the tree, never the answer.
    this.order.subarray(from, end).sort((a, b) => affinity.asked(a, dim) - affinity.asked(b, dim))
    this.split(2 * node, from, middle)
    this.split(2 * node + 1, middle, end)
  }

  private widest(from: number, end: number): number {
    let widest = 0
    let most = -1
    for (let dim = 0; dim < this.dims; dim++) {
      let low = Infinity
      let high = 0
      for (let k = from; k < end; k++) {
        const asked = this.affinity.asked(this.order[k], dim)
        if (asked < low) low = asked
        if (asked > high) high = asked
      }
      if (high - low <= most) continue
      widest = dim
      most = high - low
    }
    return widest
  }

  /** Makes the node's limits those of what waits below it. */
  private sumUp(node: number): void {
    const { low, high, dims } = this
    const at = node * dims
    low.fill(Infinity, at, at + dims)
    high.fill(0, at, at + dims)
    this.live[node] = 0
    this.firstRank[node] = this.rankOf.length
    if (node < this.leaves) {
      this.join(node, 2 * node)
      this.join(node, 2 * node + 1)
      return
    }
    const leaf = node - this.leaves
    for (let k = this.start[leaf]; k < this.start[leaf + 1]; k++) {
      const podClass = this.order[k]
      if (this.waiting.countOf[podClass] === 0) continue
      this.live[node]++
      this.firstRank[node] = Math.min(this.firstRank[node], this.rankOf[podClass])
      for (let i = 0; i < dims; i++) {
        const asked = this.affinity.asked(podClass, i)
        if (asked < low[at + i]) low[at + i] = asked
        if (asked > high[at + i]) high[at + i] = asked
      }
    }
  }

  private join(node: number, child: number): void {
    const { low, high, dims } = this
    this.live[node] += this.live[child]
    this.firstRank[node] = Math.min(this.firstRank[node], this.firstRank[child])
    for (let i = 0; i < dims; i++) {
      if (low[child * dims + i] < low[node * dims + i]) low[node * dims + i] = low[child * dims + i]
      if (high[child * dims + i] > high[node * dims + i]) high[node * dims + i] = high[child * dims + i]
    }
  }
}
