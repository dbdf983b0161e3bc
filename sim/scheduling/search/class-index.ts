/**
 * One small tree per pod class, brought up to date from the ring of changed nodes when its class is asked for again. A question then
 * costs what has changed since the last one of its class, not the size of the cluster.
 */
import { NONE } from '../../cluster/views.ts'
import type { ClusterView } from '../../cluster/views.ts'
import type { NodeChanges } from './changes.ts'

/** Rows that are built in the time in which a tree takes in one change. */
const ROWS_BUILT_PER_CHANGE = 2

/** Entries that all trees together may hold: 2^24 of them are 128 MiB. */
const MOST_ENTRIES = 16_777_216

/** What is known about one pod class. */
export interface ClassTree<Entries> {
  entries: Entries
  /** Rows it has places for. */
  leaves: number
  /** The position in the changes up to which the tree is right; -1 while there is no tree. */
  seen: number
  /** The position at the last question. */
  asked: number
  /** Changes worth of time that a tree would have saved lately. */
  credit: number
}

/**
 * When to trust the tree. Plainly: replay what was missed, then read the root. But a class that is asked for once in a thousand pods
 * would replay two thousand changes, which costs more than looking at every node once. So:
 * - behind by less than a scan costs: replay;
 * - else only when the questions so far came densely enough that the tree would already have earned what it takes to catch up;
 * - else no tree: the caller scans. No mix of classes is ever much slower than the scan, and none is answered differently.
 */
export abstract class ClassIndex<Entries extends { readonly length: number }> {
  protected readonly changes: NodeChanges
  private readonly trees: (ClassTree<Entries> | undefined)[] = []
  private held = 0
  private stamps = new Int32Array(0)
  private stamp = 0

  constructor(changes: NodeChanges) {
    this.changes = changes
  }

  /** The entries of a tree of so many leaves, a power of two or 0. */
  protected abstract empty(leaves: number): Entries
  /** Sets every leaf from the view, then everything above. */
  protected abstract build(tree: ClassTree<Entries>, podClass: number, view: ClusterView): void
  /** True when the leaf says that the class does not fit there. */
  protected abstract unfit(tree: ClassTree<Entries>, row: number): boolean
  /** Sets one leaf after the other; each row once, in any order. */
  protected abstract replay(tree: ClassTree<Entries>, podClass: number, view: ClusterView, rows: Int32Array, count: number): void

  /**
   * The class's tree as of now, or undefined when the other way to the answer is cheaper, which is worth taking in `worth` changes.
   * `changes` must have followed the view.
   */
  protected current(podClass: number, view: ClusterView, worth: number): ClassTree<Entries> | undefined {
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

  private catchUp(tree: ClassTree<Entries>, podClass: number, view: ClusterView): void {
    const { ring, mask, position } = this.changes
    if (this.stamps.length < ring.length) this.resizeScratch(ring.length)
    const { stamps, rows } = this
    const stamp = ++this.stamp
    let count = 0
    for (let at = tree.seen; at < position; at++) {
      const change = ring[at & mask]
      const row = change >> 1
      if ((change & 1) === 0 && this.unfit(tree, row)) continue // it did not fit and has lost room since: it does not fit
      if (stamps[row] === stamp) continue // a node that changed twice is looked at once, as it is now
      stamps[row] = stamp
      rows[count++] = row
    }
    tree.seen = position
    this.replay(tree, podClass, view, rows, count)
  }

  private rows = new Int32Array(0)

  private resizeScratch(length: number): void {
    this.stamps = new Int32Array(length)
    this.rows = new Int32Array(length)
    this.stamp = 0
  }

  private rebuild(tree: ClassTree<Entries>, podClass: number, view: ClusterView): void {
    let leaves = 64
    while (leaves < view.nodes.count) leaves *= 2
    if (leaves !== tree.leaves) {
      this.release(tree)
      if (this.held + 2 * leaves > MOST_ENTRIES) this.releaseStale()
      tree.entries = this.empty(leaves)
      tree.leaves = leaves
      this.held += tree.entries.length
    }
    tree.seen = this.changes.position
    this.build(tree, podClass, view)
  }

  /** Trees too far behind to be caught up by a replay hold memory for nothing. */
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
