/** The number of feasible nodes of a pod class, and the k-th of them: a bit per node and a tree of counts per class. */
import type { NodeId, PodClassId } from '../../common/ids.ts'
import type { ClusterView } from '../../cluster/views.ts'
import { ClassIndex } from './class-index.ts'
import type { ClassTree } from './class-index.ts'

/**
 * A bit per row, set where the class fits, and a binary tree of counts over the words of 32 bits: the root at 1, word w at `words + w`.
 * The simple form is a tree over the rows. With bits as the lowest level a class takes a 21st of that memory, and the trees of hundreds
 * of classes over 20,000 nodes stay in the cache. A change of a node rarely changes whether a class fits, so most changes end at the
 * bit.
 */
export class Fits {
  readonly bits: Int32Array
  readonly counts: Int32Array
  /** Entries of both arrays, for the memory limit. */
  readonly length: number

  constructor(leaves: number) {
    this.bits = new Int32Array(leaves >> 5)
    this.counts = new Int32Array(leaves >> 4)
    this.length = (leaves >> 5) + (leaves >> 4)
  }
}

/** A tree of counts per pod class. */
export class FitTrees extends ClassIndex<Fits> {
  /** The current tree of the class, or undefined when the caller's other search is cheaper, which takes as long as `worth` changes. */
  of(podClass: PodClassId, view: ClusterView, worth: number): ClassTree<Fits> | undefined {
    return this.current(podClass, view, worth)
  }

  protected override empty(leaves: number): Fits {
    return new Fits(leaves)
  }

  protected override build({ entries: { bits, counts } }: ClassTree<Fits>, podClass: PodClassId, view: ClusterView): void {
    const { freeCpu, freeMemory, count } = view.nodes
    const cpu = view.classes.cpu[podClass]
    const memory = view.classes.memory[podClass]
    const words = bits.length
    bits.fill(0)
    counts.fill(0)
    for (let row = 0; row < count; row++) {
      if (freeCpu[row] < cpu || freeMemory[row] < memory || !view.feasible(podClass, row)) continue
      bits[row >> 5] |= 1 << row
      counts[words + (row >> 5)]++
    }
    for (let at = words - 1; at > 0; at--) counts[at] = counts[2 * at] + counts[2 * at + 1]
  }

  protected override unfit({ entries: { bits } }: ClassTree<Fits>, row: NodeId): boolean {
    return (bits[row >> 5] & (1 << row)) === 0
  }

  protected override replay(
    { entries: { bits, counts } }: ClassTree<Fits>,
    podClass: PodClassId,
    view: ClusterView,
    rows: Int32Array,
    count: number,
  ): void {
    const { freeCpu, freeMemory } = view.nodes
    const cpu = view.classes.cpu[podClass]
    const memory = view.classes.memory[podClass]
    const words = bits.length
    for (let i = 0; i < count; i++) {
      const row = rows[i]
      const word = row >> 5
      const fits = freeCpu[row] >= cpu && freeMemory[row] >= memory && view.feasible(podClass, row)
      if (fits === ((bits[word] & (1 << row)) !== 0)) continue
      bits[word] ^= 1 << row
      const change = fits ? 1 : -1
      for (let at = words + word; at > 0; at >>= 1) counts[at] += change
    }
  }
}

/** Number of feasible nodes. */
export function fitting({ entries: { counts } }: ClassTree<Fits>): number {
  return counts[1]
}

/** The row of the k-th feasible node, k from 0 and below `fitting(tree)`. */
export function fittingAt({ entries: { bits, counts } }: ClassTree<Fits>, k: number): NodeId {
  const words = bits.length
  let at = 1
  let left = k
  while (at < words) {
    at *= 2
    if (left >= counts[at]) left -= counts[at++]
  }
  const word = at - words
  let some = bits[word]
  for (; left > 0; left--) some &= some - 1 // without its lowest bit
  return 32 * word + 31 - Math.clz32(some & -some)
}
