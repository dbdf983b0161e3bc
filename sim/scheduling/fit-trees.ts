/** How many nodes a pod class fits on, and the k-th of them, from a tree of counts per class. */
import type { ClusterView } from '../cluster/views.ts'
import { ClassIndex } from './class-index.ts'
import type { ClassTree } from './class-index.ts'

/**
 * A binary tree in an array, the root at 1, row r at `leaves + r`. Each entry is the number of feasible nodes below it. A change of a
 * node rarely makes a class fit or stop fitting there, so most changes end at the leaf.
 */
export class FitTrees extends ClassIndex<Int32Array> {
  /** The class's tree as of now, undefined when the other way is cheaper, which takes as long as `worth` changes. */
  of(podClass: number, view: ClusterView, worth: number): ClassTree<Int32Array> | undefined {
    return this.current(podClass, view, worth)
  }

  protected override empty(leaves: number): Int32Array {
    return new Int32Array(2 * leaves)
  }

  protected override build(tree: ClassTree<Int32Array>, podClass: number, view: ClusterView): void {
    const { entries, leaves } = tree
    const count = view.nodes.count
    for (let row = 0; row < count; row++) entries[leaves + row] = fits(podClass, row, view)
    entries.fill(0, leaves + count)
    for (let at = leaves - 1; at > 0; at--) entries[at] = entries[2 * at] + entries[2 * at + 1]
  }

  protected override unfit({ entries, leaves }: ClassTree<Int32Array>, row: number): boolean {
    return entries[leaves + row] === 0
  }

  protected override replay(tree: ClassTree<Int32Array>, podClass: number, view: ClusterView, rows: Int32Array, count: number): void {
    const { entries, leaves } = tree
    const { freeCpu, freeMemory } = view.nodes
    const cpu = view.classes.cpu[podClass]
    const memory = view.classes.memory[podClass]
    for (let i = 0; i < count; i++) {
      const row = rows[i]
      const now = freeCpu[row] >= cpu && freeMemory[row] >= memory && view.feasible(podClass, row) ? 1 : 0
      const change = now - entries[leaves + row]
      if (change === 0) continue
      for (let at = leaves + row; at > 0; at >>= 1) entries[at] += change
    }
  }
}

function fits(podClass: number, row: number, view: ClusterView): number {
  return view.feasible(podClass, row) ? 1 : 0
}

/** Feasible nodes in all. */
export function fitting(tree: ClassTree<Int32Array>): number {
  return tree.entries[1]
}

/** The row of the k-th feasible node, k from 0 and below `fitting(tree)`. */
export function fittingAt({ entries, leaves }: ClassTree<Int32Array>, k: number): number {
  let at = 1
  let left = k
  while (at < leaves) {
    at *= 2
    if (left >= entries[at]) left -= entries[at++]
  }
  return at - leaves
}
