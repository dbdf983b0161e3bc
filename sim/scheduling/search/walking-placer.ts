/** The indexed placer of a key that can be bounded: per pod the cheapest of three searches, all with the same answer. */
import type { NodeId, PodClassId, PodId } from '../../common/ids.ts'
import type { ClusterView } from '../../cluster/views.ts'
import type { Placer } from '../policy.ts'
import { NodeChanges } from './changes.ts'
import { FreeSpaceTree } from './free-space-tree.ts'
import { GAVE_UP } from './key.ts'
import type { BoundedKey, NodeKey } from './key.ts'
import { KeyTrees } from './key-trees.ts'
import { FreeCapacityTree } from './free-capacity-tree.ts'
import { KeyScan } from './scan.ts'
import { NodeWeights } from './weights.ts'
import type { WeightRule } from './weights.ts'

/** Rows that a scan passes in the time that branch and bound takes for one entry, and in the time of one that is only compared (measured). */
const ROWS_PER_VISIT = 3
const ROWS_PER_COMPARISON = 1

/** Weight of the last walk in the expected length of the next. */
const SMOOTHING = 1 / 8

/** An index that serves all pod classes. */
interface SharedTree {
  /** Entries visited for the last answer. */
  readonly visits: number
  /** The row of the smallest key, the lowest on ties; NONE; or GAVE_UP after `limit` entries. */
  best(podClass: PodClassId, view: ClusterView, limit: number): NodeId
}

/**
 * The shared tree costs one update per change and one walk per pod, whose length depends on the cluster; the tree of a class costs the
 * changes since the last pod of the class; the scan costs the number of nodes. These costs are known or estimated as counts of work, not
 * of time, so the choice is the same on every machine, as the answer is.
 */
export class WalkingPlacer implements Placer {
  examined = 0
  private readonly changes: NodeChanges
  private readonly shared: SharedTree
  private readonly trees: KeyTrees
  private readonly scan: KeyScan
  /** Entries that branch and bound is expected to visit, and the position in the changes at its last walk. */
  private readonly walk: number[] = [] // [class]
  private readonly walked: number[] = [] // [class]

  private readonly rowsPerVisit: number

  private constructor(key: NodeKey, rowsPerVisit: number, share: (changes: NodeChanges) => SharedTree) {
    this.rowsPerVisit = rowsPerVisit
    this.changes = new NodeChanges(key)
    this.shared = share(this.changes)
    this.trees = new KeyTrees(this.changes, key)
    this.scan = new KeyScan(key)
  }

  /** For any key that can be bounded; `rowsPerVisit` is larger where the bound or the key takes more time. */
  static of(key: BoundedKey, rowsPerVisit = ROWS_PER_VISIT): WalkingPlacer {
    return new WalkingPlacer(key, rowsPerVisit, (changes) => new FreeSpaceTree(changes, key))
  }

  /** For two negative weights: nodes that are equally empty in sum are many, and only a tree of sums tells them apart. */
  static ofMostFree(rule: WeightRule): WalkingPlacer {
    const weights = new NodeWeights(rule)
    return new WalkingPlacer(weights, ROWS_PER_COMPARISON, (changes) => new FreeCapacityTree(changes, weights))
  }

  place(pod: PodId, view: ClusterView): NodeId {
    this.changes.follow(view)
    this.examined = view.nodes.ready
    const podClass = view.pods.podClass[pod]
    const count = view.nodes.count
    const limit = count / this.rowsPerVisit + 64
    const walk = this.expected(podClass, count)
    const tree = this.trees.best(podClass, view, Math.min(walk * this.rowsPerVisit, count))
    if (tree !== undefined) return tree
    if (walk > limit) return this.scan.best(podClass, view)
    const row = this.shared.best(podClass, view, limit)
    this.walked[podClass] = this.changes.position
    this.walk[podClass] = row === GAVE_UP ? 2 * limit : walk + (this.shared.visits - walk) * SMOOTHING
    return row === GAVE_UP ? this.scan.best(podClass, view) : row
  }

  /** The expected length of a walk, 0 when it is unknown: what it was is forgotten after as many changes as there are nodes. */
  private expected(podClass: PodClassId, count: number): number {
    const since = this.changes.position - (this.walked[podClass] ?? -Infinity)
    return since > count ? 0 : this.walk[podClass]
  }
}
