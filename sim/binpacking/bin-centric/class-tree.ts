/**
 * A k-d tree over the requests of the classes that finds the class with the greatest affinity with a bin. Each node holds, by resource, the
 * smallest and the largest request below it. No pod below it fits when the smallest is more than the bin has free, and none has more
 * affinity than the largest would have, so whole subtrees are passed over. The twin compares every class for every pod that is placed; that
 * is as good for few classes and slow for ten thousand.
 */
import { NONE, type PodClassId } from '../../common/ids.ts'
import type { BinId } from '../policy.ts'
import type { Bins } from '../round/bins.ts'
import type { Unplaced } from '../round/unplaced.ts'
import type { Affinity } from './affinity.ts'

/** The largest number of classes in a leaf. */
const BUCKET = 4

export class ClassTree {
  private bins!: Bins
  private affinity!: Affinity
  private unplaced!: Unplaced
  private dimensions = 0
  /** Node n has children 2n and 2n + 1; nodes from `leaves` on are leaves, leaf k has classes start[k] .. start[k + 1] - 1 of `order`. */
  private leaves = 1
  private start = new Int32Array(2)
  private order = new Int32Array(0)
  /** By class: its leaf, and its rank in the order of first pods. */
  private leafOf = new Int32Array(0)
  private rankOf = new Int32Array(0)
  /** At node * dimensions + i: the smallest and the largest requested share of the classes with unplaced pods. */
  private low = new Float64Array(0)
  private high = new Float64Array(0)
  /** By node: the number of classes with unplaced pods, and the lowest of their ranks. */
  private active = new Int32Array(0)
  private firstRank = new Int32Array(0)
  private best: PodClassId = NONE
  private bestAffinity = -Infinity

  /** Builds the tree for a round. @param affinity reset to the same round */
  reset(bins: Bins, affinity: Affinity, unplaced: Unplaced): void {
    const { classes, countOf } = unplaced
    this.bins = bins
    this.affinity = affinity
    this.unplaced = unplaced
    this.dimensions = affinity.dimensions
    this.leaves = 1
    while (this.leaves * BUCKET < classes.length) this.leaves *= 2
    this.order = Int32Array.from(classes)
    this.start = new Int32Array(this.leaves + 1)
    this.start[this.leaves] = classes.length
    this.leafOf = new Int32Array(countOf.length)
    this.rankOf = new Int32Array(countOf.length)
    classes.forEach((row, rank) => (this.rankOf[row] = rank))
    this.low = new Float64Array(2 * this.leaves * this.dimensions)
    this.high = new Float64Array(2 * this.leaves * this.dimensions)
    this.active = new Int32Array(2 * this.leaves)
    this.firstRank = new Int32Array(2 * this.leaves)
    this.split(1, 0, classes.length)
    for (let node = 2 * this.leaves - 1; node >= 1; node--) this.summarise(node)
  }

  /**
   * The class with unplaced pods that fit the bin and the greatest affinity with it (ties: the lowest rank), NONE when none fits.
   * `affinity` must be set to the bin.
   */
  bestFor(bin: BinId): PodClassId {
    this.best = NONE
    this.bestAffinity = -Infinity
    if (this.active[1] > 0 && this.boundOf(1) > -Infinity) this.search(1, bin)
    return this.best
  }

  /** Removes a class whose pods are all placed. */
  remove(podClass: PodClassId): void {
    for (let node = this.leaves + this.leafOf[podClass]; node >= 1; node >>= 1) this.summarise(node)
  }

  private search(node: number, bin: BinId): void {
    if (node >= this.leaves) {
      this.searchLeaf(node - this.leaves, bin)
      return
    }
    const left = 2 * node
    const right = left + 1
    const leftBound = this.boundOf(left)
    const rightBound = this.boundOf(right)
    const first = rightBound > leftBound ? right : left
    if (this.mayBeat(first, Math.max(leftBound, rightBound))) this.search(first, bin)
    if (this.mayBeat(left + right - first, Math.min(leftBound, rightBound))) this.search(left + right - first, bin)
  }

  private searchLeaf(leaf: number, bin: BinId): void {
    const { order, start, rankOf, affinity } = this
    for (let k = start[leaf]; k < start[leaf + 1]; k++) {
      const podClass = order[k]
      if (this.unplaced.countOf[podClass] === 0) continue
      const match = affinity.of(podClass)
      if (match < this.bestAffinity || (match === this.bestAffinity && rankOf[podClass] > rankOf[this.best])) continue
      if (!this.bins.fits(podClass, bin)) continue
      this.best = podClass
      this.bestAffinity = match
    }
  }

  /** An upper bound of the affinities below the node; -Infinity when no class fits. */
  private boundOf(node: number): number {
    return this.active[node] === 0 ? -Infinity : this.affinity.upperBound(this.low, this.high, node * this.dimensions)
  }

  private mayBeat(node: number, bound: number): boolean {
    return bound > this.bestAffinity || (bound === this.bestAffinity && this.best !== NONE && this.firstRank[node] < this.rankOf[this.best])
  }

  /** Splits order[from .. end - 1] at the median of the resource in which the classes differ most, down to the leaves. */
  private split(node: number, from: number, end: number): void {
    if (node >= this.leaves) {
      const leaf = node - this.leaves
      this.start[leaf] = from
      for (let k = from; k < end; k++) this.leafOf[this.order[k]] = leaf
      return
    }
    const middle = (from + end) >> 1
    const dimension = this.widest(from, end)
    const { affinity } = this
    // The place of a class among equal ones changes the tree, but not its answers.
    this.order.subarray(from, end).sort((a, b) => affinity.requested(a, dimension) - affinity.requested(b, dimension))
    this.split(2 * node, from, middle)
    this.split(2 * node + 1, middle, end)
  }

  /** The resource with the largest range of requests. */
  private widest(from: number, end: number): number {
    let widest = 0
    let width = -1
    for (let dimension = 0; dimension < this.dimensions; dimension++) {
      let low = Infinity
      let high = 0
      for (let k = from; k < end; k++) {
        const requested = this.affinity.requested(this.order[k], dimension)
        if (requested < low) low = requested
        if (requested > high) high = requested
      }
      if (high - low <= width) continue
      widest = dimension
      width = high - low
    }
    return widest
  }

  /** Computes the limits of the node from its children or, in a leaf, from its classes. */
  private summarise(node: number): void {
    const { low, high, dimensions } = this
    const at = node * dimensions
    low.fill(Infinity, at, at + dimensions)
    high.fill(0, at, at + dimensions)
    this.active[node] = 0
    this.firstRank[node] = this.rankOf.length
    if (node < this.leaves) {
      this.include(node, 2 * node)
      this.include(node, 2 * node + 1)
      return
    }
    const leaf = node - this.leaves
    for (let k = this.start[leaf]; k < this.start[leaf + 1]; k++) {
      const podClass = this.order[k]
      if (this.unplaced.countOf[podClass] === 0) continue
      this.active[node]++
      this.firstRank[node] = Math.min(this.firstRank[node], this.rankOf[podClass])
      for (let i = 0; i < dimensions; i++) {
        const requested = this.affinity.requested(podClass, i)
        if (requested < low[at + i]) low[at + i] = requested
        if (requested > high[at + i]) high[at + i] = requested
      }
    }
  }

  /** Adds the limits of a child to those of the node. */
  private include(node: number, child: number): void {
    const { low, high, dimensions } = this
    this.active[node] += this.active[child]
    this.firstRank[node] = Math.min(this.firstRank[node], this.firstRank[child])
    for (let i = 0; i < dimensions; i++) {
      if (low[child * dimensions + i] < low[node * dimensions + i]) low[node * dimensions + i] = low[child * dimensions + i]
      if (high[child * dimensions + i] > high[node * dimensions + i]) high[node * dimensions + i] = high[child * dimensions + i]
    }
  }
}
