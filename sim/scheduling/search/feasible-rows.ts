/** The feasible nodes of a class by number: from its tree of counts, or by counting rows where that is cheaper. */
import type { ClusterView } from '../../cluster/views.ts'
import type { NodeChanges } from './changes.ts'
import type { ClassTree } from './class-index.ts'
import { FitTrees, fitting, fittingAt } from './fit-trees.ts'
import type { Fits } from './fit-trees.ts'
import { feasibleRow } from './scan.ts'

/** Rows that the scan passes twice, asking each of them, in the time in which a tree takes in one change. */
const ROWS_PER_CHANGE = 2

export class FeasibleRows {
  private readonly trees: FitTrees
  private tree: ClassTree<Fits> | undefined

  constructor(changes: NodeChanges) {
    this.trees = new FitTrees(changes)
  }

  /** Nodes that the class fits on. The changes must have followed the view. */
  count(podClass: number, view: ClusterView): number {
    this.tree = this.trees.of(podClass, view, view.nodes.count / ROWS_PER_CHANGE)
    return this.tree === undefined ? feasibleRow(podClass, Infinity, view) : fitting(this.tree)
  }

  /** The row of the k-th of them, k from 0; of the class that was counted last, with nothing changed since. */
  at(podClass: number, k: number, view: ClusterView): number {
    return this.tree === undefined ? feasibleRow(podClass, k, view) : fittingAt(this.tree, k)
  }
}
