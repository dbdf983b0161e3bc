/**
 * The pending pods, with queueing hints: a pod is tried only when the try can succeed.
 *
 * Pods of one class are interchangeable to a node: when the first of them fits nowhere, none does. So each class has a line of its
 * own, and a class that fitted nowhere is *parked* as a whole. It stays parked until a node gains room or joins on which the class
 * is feasible. No pod blocks one of another class behind it (as in kube-scheduler, whose unschedulable pods step aside).
 *
 * This is exact: the pods bound, their nodes and their sequence are those of the naive queue, which tries every pending pod in order
 * again after every change. A parked class was infeasible on every node when it was parked. Feasibility of a class on a node changes
 * only with that node, and each change is in the log: binding, cordoning and removing can only take it away, and after each of the
 * others the queue asks exactly that question of exactly that node. So a class is parked if and only if it fits nowhere, and the
 * next pod is the first whose class fits somewhere. What the naive queue does besides, failing again, has no effect on
 * the cluster. (With a decision time it would be charged for those failures; kube-scheduler's hints save it too.)
 */
import { NONE, NodeState, Subject } from '../cluster/views.ts'
import type { ClusterView, LogCursor } from '../cluster/views.ts'
import { ClassHeap } from './class-heap.ts'
import { fifo } from './order.ts'
import type { QueueOrder } from './order.ts'

/** A pod that is in no line; `previous` of the first pod in a line is NONE. */
const ABSENT = -2

export class PendingQueue {
  /** Pending pods, parked ones included. */
  size = 0
  private readonly order: QueueOrder
  /** Classes with pods that are worth a try, by the rank of their first pod. */
  private readonly ready = new ClassHeap()
  /** The same for the classes that are known to fit nowhere; only filled for a visit. */
  private readonly visiting = new ClassHeap()
  /** Classes known to fit nowhere, in no order, with their places in the list (NONE when not parked). */
  private readonly parked: number[] = []
  private readonly parkedAt: number[] = []
  private readonly first: number[] = [] // [class], NONE or undefined when its line is empty
  private readonly last: number[] = []
  private previous = new Int32Array(64).fill(ABSENT) // [pod]
  private next = new Int32Array(64)
  private podClass = new Int32Array(64)
  private rank = new Float64Array(64)
  private cursor: LogCursor | undefined

  constructor(order: QueueOrder = fifo.create({}, undefined)) {
    this.order = order
  }

  has(pod: number): boolean {
    return pod < this.previous.length && this.previous[pod] !== ABSENT
  }

  /** A pod joins. Pods mostly come in order, and one that was refused returns to the front; a step or two finds its place. */
  add(pod: number, view: ClusterView): void {
    if (this.has(pod)) throw new Error(`pod ${pod} is already in the queue`)
    while (pod >= this.previous.length) this.grow()
    const podClass = view.pods.podClass[pod]
    this.podClass[pod] = podClass
    this.rank[pod] = this.order.rank(pod, view)
    this.link(pod, podClass)
    this.size++
    if (this.first[podClass] === pod) this.announce(podClass)
  }

  /** A pod leaves, wherever it stands. Does nothing when it is not here. */
  remove(pod: number): void {
    if (!this.has(pod)) return
    const podClass = this.podClass[pod]
    const wasFirst = this.first[podClass] === pod
    this.unlink(pod, podClass)
    this.size--
    if (wasFirst) this.announce(podClass)
  }

  /** The first pod that is worth a try now, NONE when there is none. It stays in the queue. */
  head(view: ClusterView): number {
    this.follow(view)
    const podClass = this.ready.first
    return podClass === NONE ? NONE : this.first[podClass]
  }

  /** The class was found to fit nowhere, by a look at the cluster as it is now. */
  park(podClass: number): void {
    if (this.isParked(podClass)) return
    this.parkedAt[podClass] = this.parked.length
    this.parked.push(podClass)
    this.ready.remove(podClass)
  }

  isParked(podClass: number): boolean {
    return (this.parkedAt[podClass] ?? NONE) !== NONE
  }

  /** Calls `visit` with every pending pod whose class is known to fit nowhere, first in order first. `visit` must not change the queue. */
  visitParked(view: ClusterView, visit: (pod: number) => void): void {
    this.follow(view)
    // A merge of the lines, not a sort: no list of pods is made.
    const heads: number[] = []
    for (const podClass of this.parked) {
      heads[podClass] = this.first[podClass] ?? NONE
      if (heads[podClass] !== NONE) this.visiting.put(podClass, this.rank[heads[podClass]])
    }
    for (let podClass = this.visiting.first; podClass !== NONE; podClass = this.visiting.first) {
      const pod = heads[podClass]
      const following = this.next[pod]
      heads[podClass] = following
      if (following === NONE) this.visiting.remove(podClass)
      else this.visiting.put(podClass, this.rank[following])
      visit(pod)
    }
  }

  /** Reads what happened since, and lets parked classes go that fit again. Without parked classes nothing needs to be read. */
  private follow(view: ClusterView): void {
    const cursor = (this.cursor ??= view.log.open())
    if (this.parked.length === 0) {
      cursor.skip()
      return
    }
    while (cursor.next()) {
      const gains =
        cursor.subject === Subject.PodReleased ||
        cursor.subject === Subject.NodeAdded ||
        (cursor.subject === Subject.NodeState && cursor.value === NodeState.Ready)
      if (gains) this.release(cursor.row, view)
    }
  }

  /** The question is put to the node as it is now, not as it was at the entry: what came in between has taken or given its room already. */
  private release(node: number, view: ClusterView): void {
    const freeCpu = view.nodes.freeCpu[node]
    const freeMemory = view.nodes.freeMemory[node]
    const { cpu, memory } = view.classes
    for (let i = this.parked.length - 1; i >= 0; i--) {
      const podClass = this.parked[i]
      if (freeCpu >= cpu[podClass] && freeMemory >= memory[podClass] && view.feasible(podClass, node)) this.unpark(podClass)
    }
  }

  private unpark(podClass: number): void {
    const last = this.parked.pop()!
    const place = this.parkedAt[podClass]
    if (last !== podClass) {
      this.parked[place] = last
      this.parkedAt[last] = place
    }
    this.parkedAt[podClass] = NONE
    this.announce(podClass)
  }

  /** Brings the class's place among the ready ones in line with its first pod. */
  private announce(podClass: number): void {
    if (this.isParked(podClass)) return
    const first = this.first[podClass]
    if (first === NONE) this.ready.remove(podClass)
    else this.ready.put(podClass, this.rank[first])
  }

  /** Into the class's line: behind all of a smaller or equal rank. Looked for at both ends, from where it is near in practice. */
  private link(pod: number, podClass: number): void {
    const rank = this.rank[pod]
    let before = this.last[podClass] ?? NONE
    if (before !== NONE && rank < this.rank[this.first[podClass]]) before = NONE
    while (before !== NONE && this.rank[before] > rank) before = this.previous[before]
    const after = before === NONE ? (this.first[podClass] ?? NONE) : this.next[before]
    this.previous[pod] = before
    this.next[pod] = after
    if (before === NONE) this.first[podClass] = pod
    else this.next[before] = pod
    if (after === NONE) this.last[podClass] = pod
    else this.previous[after] = pod
  }

  private unlink(pod: number, podClass: number): void {
    const before = this.previous[pod]
    const after = this.next[pod]
    if (before === NONE) this.first[podClass] = after
    else this.next[before] = after
    if (after === NONE) this.last[podClass] = before
    else this.previous[after] = before
    this.previous[pod] = ABSENT
  }

  private grow(): void {
    const { previous, next, podClass, rank } = this
    const length = 2 * previous.length
    this.previous = new Int32Array(length).fill(ABSENT)
    this.previous.set(previous)
    this.next = new Int32Array(length)
    this.next.set(next)
    this.podClass = new Int32Array(length)
    this.podClass.set(podClass)
    this.rank = new Float64Array(length)
    this.rank.set(rank)
  }
}
