/** The recently changed nodes: one reader of the cluster's log, shared by all indexes of a placer. */
import { NodeState, Subject } from '../../cluster/views.ts'
import type { ClusterView, LogCursor, LogView } from '../../cluster/views.ts'
import type { NodeKey } from './key.ts'

/**
 * The rows of changed nodes in a ring. `position` counts changes. Change k is at `ring[k & mask]` while it is among the last
 * `ring.length` changes, as 2 * row, plus 1 when the node gained free capacity: after a loss nothing new is feasible. Many trees read
 * this ring, each from its own position; with a cursor per tree the cluster's log would have to keep the entries that the least used pod
 * class has not read.
 */
export class NodeChanges {
  ring = new Int32Array(0)
  mask = 0
  position = 0
  /** Number of changes other than of free capacity: a node joined, left, or changed its state or class. */
  states = 0
  private log: LogView | undefined
  private cursor: LogCursor | undefined
  private readonly key: NodeKey | undefined

  /** `key` is notified of nodes that join. */
  constructor(key?: NodeKey) {
    this.key = key
  }

  /** Reads the log up to the present. With another cluster, or one that outgrew the ring, all earlier positions become out of reach. */
  follow(view: ClusterView): void {
    if (view.log !== this.log) this.begin(view)
    if (view.nodes.count > this.ring.length) this.enlarge(view.nodes.count)
    const cursor = this.cursor!
    const { ring, mask } = this
    while (cursor.next()) {
      const subject = cursor.subject
      if (subject === Subject.NodeClass) this.startOver()
      if (subject > Subject.PodReleased) continue // endpoints do not affect placement
      if (subject <= Subject.NodeState) this.states++
      if (subject === Subject.NodeAdded) this.key?.set(cursor.row, view)
      const freed = subject === Subject.PodReleased || subject === Subject.NodeAdded
      const gained = freed || (subject === Subject.NodeState && cursor.value === NodeState.Ready)
      ring[this.position++ & mask] = 2 * cursor.row + (gained ? 1 : 0)
    }
  }

  /** Stops reading until the next `follow`, which starts over as with another cluster; meanwhile the log need not keep entries. */
  forget(): void {
    this.cursor?.close()
    this.cursor = undefined
    this.log = undefined
  }

  private begin(view: ClusterView): void {
    this.cursor?.close()
    this.log = view.log
    this.cursor = view.log.open()
    this.position += this.ring.length + 1
    this.states++
    if (this.key !== undefined) for (let row = 0; row < view.nodes.count; row++) this.key.set(row, view)
  }

  /** Indexes are built by class of node, and classes change seldom: all earlier positions become out of reach. */
  private startOver(): void {
    this.position += this.ring.length + 1
    this.states++
  }

  private enlarge(count: number): void {
    let length = 1024
    while (length < count) length *= 2
    this.ring = new Int32Array(length)
    this.mask = length - 1
    this.position += length + 1
  }
}
