/**
 * The pods on each node: a doubly linked list per node, threaded through columns, so that a bind and a release are O(1), nothing is
 * allocated, and the pods of one node are found without looking at the others. The pod that was bound last is the first of its list.
 */
import { NONE } from '../common/ids.ts'
import type { NodeId, PodId } from '../common/ids.ts'
import { ColumnTable, grown } from '../common/table.ts'

/** The lists of all nodes; its rows are pods. */
export class Residents extends ColumnTable {
  /** By node: its first pod. */
  first = new Int32Array(64).fill(NONE)
  /** By pod: its neighbours in the list. */
  readonly next = this.column(Int32Array, NONE)
  readonly previous = this.column(Int32Array, NONE)

  /** Makes space for `nodes` lists; `reserve` does for pods. */
  reserveNodes(nodes: number): void {
    if (nodes > this.first.length) this.first = grown(this.first, Math.max(nodes, this.first.length * 2), NONE)
  }

  enter(pod: PodId, node: NodeId): void {
    const { first, next, previous } = this
    const old = first[node]
    next[pod] = old
    if (old !== NONE) previous[old] = pod
    first[node] = pod
  }

  /** After enter and leave every byte is as before. */
  leave(pod: PodId, node: NodeId): void {
    const { first, next, previous } = this
    const after = next[pod]
    const before = previous[pod]
    if (after !== NONE) previous[after] = before
    if (before !== NONE) next[before] = after
    else first[node] = after
    next[pod] = NONE
    previous[pod] = NONE
  }

  /** Calls `visit` with each pod on the node; it may release that pod. */
  each(node: NodeId, visit: (pod: PodId) => void): void {
    for (let pod = this.first[node]; pod !== NONE;) {
      const next = this.next[pod]
      visit(pod)
      pod = next
    }
  }
}
