/**
 * Which pods are on which node: a doubly linked list per node, threaded through columns, so that a bind and a release are O(1), nothing is
 * allocated, and the pods of one node are found without looking at the others. The last bound pod comes first.
 */
import { grown } from '../common/table.ts'
import { NONE } from './views.ts'

const FIRST = 64

export class Residents {
  /** By node: its first pod. */
  first = new Int32Array(FIRST).fill(NONE)
  /** By pod: its neighbours. */
  next = new Int32Array(FIRST).fill(NONE)
  previous = new Int32Array(FIRST).fill(NONE)

  reserve(nodes: number, pods: number): void {
    if (nodes > this.first.length) this.first = grown(this.first, Math.max(nodes, this.first.length * 2), NONE)
    if (pods <= this.next.length) return
    const length = Math.max(pods, this.next.length * 2)
    this.next = grown(this.next, length, NONE)
    this.previous = grown(this.previous, length, NONE)
  }

  enter(pod: number, node: number): void {
    const { first, next, previous } = this
    const old = first[node]
    next[pod] = old
    if (old !== NONE) previous[old] = pod
    first[node] = pod
  }

  /** Leaves no trace: after enter and leave every byte is as before. */
  leave(pod: number, node: number): void {
    const { first, next, previous } = this
    const after = next[pod]
    const before = previous[pod]
    if (after !== NONE) previous[after] = before
    if (before !== NONE) next[before] = after
    else first[node] = after
    next[pod] = NONE
    previous[pod] = NONE
  }

  /** Calls back for each pod on the node; the callback may release the pod it is called with. */
  each(node: number, visit: (pod: number) => void): void {
    for (let pod = this.first[node]; pod !== NONE;) {
      const next = this.next[pod]
      visit(pod)
      pod = next
    }
  }
}
