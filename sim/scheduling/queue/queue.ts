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
import { NONE, NodeState, Subject } from '../../cluster/views.ts'
import type { ClusterView, LogCursor } from '../../cluster/views.ts'
import { ClassHeap } from './class-heap.ts'
import type { QueueOrder } from '../orders/policy.ts'
import { PodLines } from './pod-lines.ts'
import { GroupedClasses, RankedClasses } from './ready-classes.ts'
import type { ReadyClasses } from './ready-classes.ts'
import { SortedLines } from './sorted-lines.ts'

export class PendingQueue {
  /** Pending pods, parked ones included. */
  size = 0
  private readonly order: QueueOrder
  private readonly lines: PodLines
  /** Classes with pods that are worth a try. */
  private readonly ready: ReadyClasses
  /** Classes that are known to fit nowhere; only filled for a visit. */
  private readonly visiting = new ClassHeap()
  /** Classes known to fit nowhere, in no order, with their places in the list (NONE when not parked). */
  private readonly parked: number[] = []
  private readonly parkedAt: number[] = []
  private cursor: LogCursor | undefined

  /** Without an order: first in, first out. */
  constructor(order: QueueOrder = {}) {
    if (order.rank !== undefined && order.groups !== undefined) throw new Error('a queue order has a rank or groups, not both')
    this.order = order
    this.lines = order.rank === undefined ? new PodLines() : new SortedLines()
    this.ready = order.groups === undefined ? new RankedClasses(this.lines) : new GroupedClasses(this.lines, order.groups)
  }

  has(pod: number): boolean {
    return this.lines.has(pod)
  }

  /** A pod joins. */
  add(pod: number, view: ClusterView): void {
    if (this.has(pod)) throw new Error(`pod ${pod} is already in the queue`)
    const { lines, order } = this
    lines.reserve(pod)
    const podClass = view.pods.podClass[pod]
    lines.order[pod] = view.pods.order[pod]
    lines.rank[pod] = order.rank === undefined ? 0 : order.rank(pod, view)
    lines.add(pod, podClass)
    this.size++
    if (lines.first(podClass) !== pod) return
    this.ready.meet(podClass, view)
    this.announce(podClass)
  }

  /** A pod leaves, wherever it stands. Does nothing when it is not here. */
  remove(pod: number): void {
    if (!this.has(pod)) return
    const { lines } = this
    const podClass = lines.classOf(pod)
    const wasFirst = lines.first(podClass) === pod
    lines.remove(pod)
    this.size--
    if (wasFirst) this.announce(podClass)
  }

  /** The first pod that is worth a try now, NONE when there is none. It stays in the queue. */
  head(view: ClusterView): number {
    this.follow(view)
    const podClass = this.ready.first
    return podClass === NONE ? NONE : this.lines.first(podClass)
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
    const { lines, ready, visiting } = this
    const heads: number[] = []
    for (const podClass of this.parked) {
      heads[podClass] = lines.first(podClass)
      if (heads[podClass] !== NONE) ready.putInto(visiting, podClass, heads[podClass])
    }
    for (let podClass = visiting.first; podClass !== NONE; podClass = visiting.first) {
      const pod = heads[podClass]
      const following = lines.following(pod)
      heads[podClass] = following
      if (following === NONE) visiting.remove(podClass)
      else ready.putInto(visiting, podClass, following)
      visit(pod)
    }
  }

  /** Reads what happened since, and lets parked classes go that fit again. Without parked classes nothing needs to be read. */
  private follow(view: ClusterView): void {
    this.ready.follow(view)
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
    const first = this.lines.first(podClass)
    if (first === NONE) this.ready.remove(podClass)
    else this.ready.put(podClass, first)
  }
}
