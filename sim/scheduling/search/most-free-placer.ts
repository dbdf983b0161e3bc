/** The indexed placer for a key with negative weights: per pod the cheapest of three searches, all with the same answer. */
import type { NodeId, PodId } from '../../common/ids.ts'
import type { ClusterView } from '../../cluster/views.ts'
import type { Placer } from '../policy.ts'
import { NodeChanges } from './changes.ts'
import { FreeCapacityTree, GAVE_UP } from './free-capacity-tree.ts'
import { KeyTrees } from './key-trees.ts'
import { KeyScan } from './scan.ts'
import { NodeWeights } from './weights.ts'
import type { WeightRule } from './weights.ts'

/** Rows that a scan passes in the time that branch and bound takes for one entry (measured). */
const ROWS_PER_VISIT = 3

/** Weight of the last walk in the expected length of the next. */
const SMOOTHING = 1 / 8

/** Factor on the expected length for each pod placed without a walk, so that a walk is tried again after the cluster has changed. */
const FORGETTING = 127 / 128

/**
 * The shared tree costs one update per change and one walk per pod, whose length depends on the cluster; the tree of a class costs the
 * changes since the last pod of the class; the scan costs the number of nodes. These costs are known or estimated as counts of work, not
 * of time, so the choice is the same on every machine, as the answer is.
 */
export class MostFreePlacer implements Placer {
  examined = 0
  private readonly changes: NodeChanges
  private readonly shared: FreeCapacityTree
  private readonly trees: KeyTrees
  private readonly scan: KeyScan
  /** Entries that branch and bound is expected to visit. */
  private readonly walk: number[] = [] // [class]

  /** Both weights of the rule must be negative. */
  constructor(rule: WeightRule) {
    const weights = new NodeWeights(rule)
    this.changes = new NodeChanges(weights)
    this.shared = new FreeCapacityTree(this.changes, weights)
    this.trees = new KeyTrees(this.changes, weights)
    this.scan = new KeyScan(weights)
  }

  place(pod: PodId, view: ClusterView): NodeId {
    this.changes.follow(view)
    this.examined = view.nodes.ready
    const podClass = view.pods.podClass[pod]
    const count = view.nodes.count
    const walk = this.walk[podClass] ?? 0
    const tree = this.trees.best(podClass, view, Math.min(walk * ROWS_PER_VISIT, count))
    if (tree !== undefined) {
      this.walk[podClass] = walk * FORGETTING
      return tree
    }
    const limit = count / ROWS_PER_VISIT + 64
    if (walk > limit) {
      this.walk[podClass] = walk * FORGETTING
      return this.scan.best(podClass, view)
    }
    const row = this.shared.best(podClass, view, limit)
    this.walk[podClass] = walk + (this.shared.visits - walk) * SMOOTHING
    if (row !== GAVE_UP) return row
    this.walk[podClass] = 2 * limit
    return this.scan.best(podClass, view)
  }
}
