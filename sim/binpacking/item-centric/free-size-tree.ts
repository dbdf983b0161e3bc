/**
 * A tree over the bins that finds the fitting bin with the largest free size (ties: lowest). To the maxima of BinTree it adds the largest
 * free size below each node. The child with the larger one is searched first, and subtrees that cannot beat the best bin so far are passed
 * over.
 *
 * A list in order of free size, as in best fit, would serve the search as well. But worst fit moves the bin from the front of the order to
 * its middle for each pod, and in a list that costs as much as the scan that it saves.
 */
import { NONE, type PodClassId } from '../../common/ids.ts'
import type { BinId } from '../policy.ts'
import type { Bins } from '../round/bins.ts'
import type { Measure } from '../round/measure.ts'
import { BinTree } from './bin-tree.ts'

/** Free size where there is no bin: below that of every bin. */
const NO_SIZE = -1

export class FreeSizeTree {
  private readonly tree = new BinTree()
  /** By node of `tree`: the largest free size below it. */
  private sizes = new Float64Array(2)
  private origin: BinId = 0
  private bins!: Bins
  private podClass: PodClassId = 0
  private best: BinId = NONE
  private bestSize = NO_SIZE

  /** Starts a round. The tree holds up to `maxBins` bins from `origin` on. */
  reset(bins: Bins, measure: Measure, origin: BinId, maxBins: number): void {
    this.bins = bins
    this.origin = origin
    this.tree.reset(bins, measure, maxBins, undefined, origin)
    const { leaves } = this.tree
    if (this.sizes.length < 2 * leaves) this.sizes = new Float64Array(2 * leaves)
    this.sizes.fill(NO_SIZE, leaves + bins.count - origin, 2 * leaves)
    for (let bin = origin; bin < bins.count; bin++) this.sizes[leaves + bin - origin] = bins.freeSize(bin)
    for (let node = leaves - 1; node >= 1; node--) this.combine(node)
  }

  /** Sets the class of the pods that are searched for. */
  start(podClass: PodClassId): void {
    this.podClass = podClass
    this.tree.start(podClass)
  }

  /** The fitting bin with the largest free size, NONE when none fits. */
  largest(): BinId {
    this.best = NONE
    this.bestSize = NO_SIZE
    if (this.tree.mayFit(1)) this.search(1)
    return this.best
  }

  /** Reads the free amounts of a bin that has changed or is new. */
  update(bin: BinId): void {
    this.tree.update(bin)
    const leaf = this.tree.leaves + bin - this.origin
    this.sizes[leaf] = this.bins.freeSize(bin)
    for (let node = leaf >> 1; node >= 1; node >>= 1) this.combine(node)
  }

  private search(node: number): void {
    const { tree, sizes } = this
    if (node >= tree.leaves) {
      const bin = this.lowest(node)
      if (!this.bins.fits(this.podClass, bin)) return
      this.best = bin
      this.bestSize = sizes[node]
      return
    }
    const left = 2 * node
    const right = left + 1
    const first = sizes[right] > sizes[left] ? right : left
    if (this.mayBeat(first)) this.search(first)
    if (this.mayBeat(left + right - first)) this.search(left + right - first)
  }

  /** False when no bin below the node is better than the best so far. Of equal free sizes the lower bin is better. */
  private mayBeat(node: number): boolean {
    if (this.sizes[node] < this.bestSize || !this.tree.mayFit(node)) return false
    return this.sizes[node] > this.bestSize || this.lowest(node) < this.best
  }

  /** The lowest bin below the node. */
  private lowest(node: number): BinId {
    let leaf = node
    while (leaf < this.tree.leaves) leaf *= 2
    return leaf - this.tree.leaves + this.origin
  }

  private combine(node: number): void {
    this.sizes[node] = Math.max(this.sizes[2 * node], this.sizes[2 * node + 1])
  }
}
