/** Which nodes changed lately: the reader that every index of this family shares, over one cursor in the cluster's log. */
import { NodeState, Subject } from '../../cluster/views.ts'
import type { ClusterView, LogCursor, LogView } from '../../cluster/views.ts'
import type { NodeKey } from './key.ts'

/**
 * The rows of changed nodes in a ring. `position` counts changes, and change k sits at `ring[k & mask]` while it is among the last
 * `ring.length`, as 2 * row, plus 1 when the node gained: where it only lost, nothing has become feasible. Many trees read the one
 * ring, each from its own position; a cursor for each tree would make the cluster's log wait for the pod class that is asked least.
 */
export class NodeChanges {
  ring = new Int32Array(0)
  mask = 0
  position = 0
  /** Counts the changes that were about more than room: a node came, went, or changed its state. */
  states = 0
  private log: LogView | undefined
  private cursor: LogCursor | undefined
  private readonly key: NodeKey | undefined

  /** `key` is told of nodes that join. */
  constructor(key?: NodeKey) {
    this.key = key
  }

  /** Reads the log up to the present. Another cluster, or a cluster that outgrew the ring, puts every earlier position out of reach. */
  follow(view: ClusterView): void {
    if (view.log !== this.log) this.begin(view)
    if (view.nodes.count > this.ring.length) this.enlarge(view.nodes.count)
    const cursor = this.cursor!
    const { ring, mask } = this
    while (cursor.next()) {
      const subject = cursor.subject
      if (subject > Subject.PodReleased) continue // an endpoint is no concern of a placer
      if (subject <= Subject.NodeState) this.states++
      if (subject === Subject.NodeAdded) this.key?.set(cursor.row, view)
      const freed = subject === Subject.PodReleased || subject === Subject.NodeAdded
      const gained = freed || (subject === Subject.NodeState && cursor.value === NodeState.Ready)
      ring[this.position++ & mask] = 2 * cursor.row + (gained ? 1 : 0)
    }
  }

  /** Reads no more until the next `follow`, which then begins anew; costs nothing meanwhile, and the log may forget. */
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

  private enlarge(count: number): void {
    let length = 1024
    while (length < count) length *= 2
    this.ring = new Int32Array(length)
    this.mask = length - 1
    this.position += length + 1
  }
}
