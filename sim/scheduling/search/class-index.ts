/**
 * One small tree per pod class, updated from the ring of changed nodes when a node for its class is searched again. A search
 * then costs the number of changes since the last search for the class, not the size of the cluster.
 */
import { NONE } from '../../common/ids.ts'
import type { NodeId, PodClassId } from '../../common/ids.ts'
import { ColumnTable } from '../../common/table.ts'
import type { ClusterView } from '../../cluster/views.ts'
import type { NodeChanges } from './changes.ts'

/** Rows that are built in the time that a tree takes for one change. */
const ROWS_BUILT_PER_CHANGE = 2

/** Maximum number of entries of all trees together: 2^24 of them are 128 MiB. */
const MAX_ENTRIES = 16_777_216

/** The tree of one pod class, and the figures by which its use is decided. */
export interface ClassTree<Entries> {
  entries: Entries
  /** Number of rows for which it has places. */
  leaves: number
  /** Position in the changes up to which the tree is current; NONE while there is no tree. */
  seen: number
  /** Position in the changes at the last search; NONE before the first. */
  asked: number
  /** Time that a tree would have saved recently, in changes. */
  credit: number
}

/** Scratch columns of a replay, by row. */
class Replayed extends ColumnTable {
  /** Number of the replay that last included the row. */
  readonly stamp = this.column(Int32Array)
  /** The rows of the current replay, without duplicates. */
  readonly rows = this.column(Int32Array)
}

/**
 * Decides when to use the tree. The simple form would always replay the missed changes and read the root. But a class that arrives once
 * in a thousand pods would replay two thousand changes, which costs more than a scan of all nodes. So:
 * - if the replay is cheaper than a scan, replay;
 * - otherwise catch up only when recent searches were so frequent that a current tree would have saved that cost by now;
 * - otherwise no tree: the caller scans. So no mix of classes is much slower than the scan, and all get the same answers.
 */
export abstract class ClassIndex<Entries extends { readonly length: number }> {
  protected readonly changes: NodeChanges
  private readonly trees: (ClassTree<Entries> | undefined)[] = []
  /** Entries of all trees. */
  private held = 0
  private readonly replayed = new Replayed()
  private replays = 0

  constructor(changes: NodeChanges) {
    this.changes = changes
  }

  /** The entries of a tree with this number of leaves, a power of two or 0. */
  protected abstract empty(leaves: number): Entries
  /** Sets every leaf from the view, then the levels above. */
  protected abstract build(tree: ClassTree<Entries>, podClass: PodClassId, view: ClusterView): void
  /** True when the class did not fit on the row as of `seen`. */
  protected abstract unfit(tree: ClassTree<Entries>, row: NodeId): boolean
  /** Sets the leaves of rows[0 .. count-1] and what depends on them; the rows differ and are in no order. */
  protected abstract replay(tree: ClassTree<Entries>, podClass: PodClassId, view: ClusterView, rows: Int32Array, count: number): void

  /**
   * The current tree of the class, or undefined when the caller's other search is cheaper, which takes as long as `worth` changes.
   * `changes` must have followed the view.
   */
  protected current(podClass: PodClassId, view: ClusterView, worth: number): ClassTree<Entries> | undefined {
    const tree = (this.trees[podClass] ??= { entries: this.empty(0), leaves: 0, seen: NONE, asked: NONE, credit: 0 })
    const now = this.changes.position
    const gap = tree.asked === NONE ? worth : now - tree.asked
    tree.asked = now
    const usable = tree.seen !== NONE && tree.leaves >= view.nodes.count
    const behind = usable ? now - tree.seen : Infinity
    if (behind === 0) return tree
    if (behind <= worth && behind <= this.changes.ring.length) {
      this.catchUp(tree, podClass, view)
      return tree
    }
    const building = view.nodes.count / ROWS_BUILT_PER_CHANGE
    const cost = Math.min(behind, building)
    tree.credit = Math.max(0, Math.min(tree.credit + worth - gap, 2 * building))
    if (tree.credit < cost) return undefined
    tree.credit -= cost
    if (behind < building && behind <= this.changes.ring.length) this.catchUp(tree, podClass, view)
    else this.rebuild(tree, podClass, view)
    return tree
  }

  private catchUp(tree: ClassTree<Entries>, podClass: PodClassId, view: ClusterView): void {
    const { ring, mask, position } = this.changes
    this.replayed.reserve(ring.length)
    const { stamp, rows } = this.replayed
    const current = ++this.replays
    let count = 0
    for (let at = tree.seen; at < position; at++) {
      const change = ring[at & mask]
      const row = change >> 1
      if ((change & 1) === 0 && this.unfit(tree, row)) continue // it did not fit, and has less free capacity since
      if (stamp[row] === current) continue // a node that changed twice is evaluated once, in its present state
      stamp[row] = current
      rows[count++] = row
    }
    tree.seen = position
    this.replay(tree, podClass, view, rows, count)
  }

  private rebuild(tree: ClassTree<Entries>, podClass: PodClassId, view: ClusterView): void {
    let leaves = 64
    while (leaves < view.nodes.count) leaves *= 2
    if (leaves !== tree.leaves) {
      this.release(tree)
      if (this.held + 2 * leaves > MAX_ENTRIES) this.releaseStale()
      tree.entries = this.empty(leaves)
      tree.leaves = leaves
      this.held += tree.entries.length
    }
    tree.seen = this.changes.position
    this.build(tree, podClass, view)
  }

  /** Releases the trees that are too far behind for a replay. */
  private releaseStale(): void {
    const { position, ring } = this.changes
    for (const tree of this.trees) if (tree !== undefined && position - tree.seen > ring.length / 8) this.release(tree)
  }

  private release(tree: ClassTree<Entries>): void {
    this.held -= tree.entries.length
    tree.entries = this.empty(0)
    tree.leaves = 0
    tree.seen = NONE
  }
}
