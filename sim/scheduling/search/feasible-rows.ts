/** The feasible nodes of a pod class by number: from its tree of counts, or by counting rows where that is cheaper. */
import type { NodeId, PodClassId } from '../../common/ids.ts'
import type { ClusterView } from '../../cluster/views.ts'
import type { NodeChanges } from './changes.ts'
import type { ClassTree } from './class-index.ts'
import { FitTrees, fitting, fittingAt } from './fit-trees.ts'
import type { Fits } from './fit-trees.ts'
import { feasibleRow } from './scan.ts'

/** Rows that the scan checks in its two passes in the time that a tree takes for one change. */
const ROWS_PER_CHANGE = 2

export class FeasibleRows {
  private readonly trees: FitTrees
  private tree: ClassTree<Fits> | undefined

  constructor(changes: NodeChanges) {
    this.trees = new FitTrees(changes)
  }

  /** Number of feasible nodes. The changes must have followed the view. */
  count(podClass: PodClassId, view: ClusterView): number {
    this.tree = this.trees.of(podClass, view, view.nodes.count / ROWS_PER_CHANGE)
    return this.tree === undefined ? feasibleRow(podClass, Infinity, view) : fitting(this.tree)
  }

  /** The row of the k-th feasible node, k from 0. Valid for the class of the last `count`, as long as nothing has changed. */
  at(podClass: PodClassId, k: number, view: ClusterView): NodeId {
    return this.tree === undefined ? feasibleRow(podClass, k, view) : fittingAt(this.tree, k)
  }
}
