/** The indexed placer for a key of negative weights: for each pod the cheapest of three ways to one and the same answer. */
import type { ClusterView } from '../../cluster/views.ts'
import { NodeChanges } from './changes.ts'
import { KeyTrees } from './key-trees.ts'
import type { Placer } from '../policy.ts'
import { GAVE_UP, RoomTree } from './room-tree.ts'
import { KeyScan } from './scan.ts'
import { NodeWeights } from './weights.ts'
import type { Weighing } from './weights.ts'

/** Rows that a scan passes in the time in which branch and bound looks at one entry (measured). */
const ROWS_PER_VISIT = 3

/** How fast the expected walk follows the last one. */
const SMOOTHING = 1 / 8

/** A way not taken gets a little more attractive with every pod, so that it is tried again when the cluster has changed. */
const FORGETTING = 127 / 128

/**
 * The shared tree costs one update a change and a walk a pod, whose length depends on the cluster; the tree of a class costs what has
 * changed since its last pod; the scan costs the nodes. What each would cost is known or remembered as a count of work, not
 * of time, so that the choice, like the answer, is the same on every machine.
 */
export class RoomPlacer implements Placer {
  examined = 0
  private readonly changes: NodeChanges
  private readonly shared: RoomTree
  private readonly trees: KeyTrees
  private readonly scan: KeyScan
  /** Entries that branch and bound is expected to look at, by class. */
  private readonly walk: number[] = []

  constructor(weighing: Weighing) {
    const weights = new NodeWeights(weighing)
    this.changes = new NodeChanges(weights)
    this.shared = new RoomTree(this.changes, weights)
    this.trees = new KeyTrees(this.changes, weights)
    this.scan = new KeyScan(weights)
  }

  place(pod: number, view: ClusterView): number {
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
