/**
 * The pending pods, with queueing hints: a pod is tried only when the try can succeed.
 *
 * A node accepts either all pods of a class or none: when the first pod of a class fits nowhere, no pod of the class does. So each class
 * has a list of its own, and a class that fitted nowhere is *parked* as a whole. It stays parked until a node on which the class is
 * feasible joins or gains free capacity. No pod blocks a pod of another class behind it (as in kube-scheduler, which sets unschedulable
 * pods aside).
 *
 * This is exact: the same pods are bound to the same nodes in the same sequence as by the naive queue, which after every change tries
 * every pending pod again in order. Proof: A parked class was infeasible on every node when it was parked. Whether a class is feasible on a
 * node changes only with that node, and each such change is in the log. Binding, cordoning and removing can only make it infeasible;
 * after every other change the queue checks the parked classes on that node. So a class is parked if and only if it fits nowhere, and the
 * next pod is the first one whose class fits somewhere. The additional tries of the naive queue fail and have no effect on the cluster.
 * (With a decision time they would be charged; the hints of kube-scheduler avoid that, too.)
 */
import { NONE } from '../../common/ids.ts'
import type { NodeId, PodClassId, PodId } from '../../common/ids.ts'
import { NodeState, Subject } from '../../cluster/views.ts'
import type { ClusterView, LogCursor } from '../../cluster/views.ts'
import type { QueueOrder } from '../orders/policy.ts'
import { ClassHeap } from './class-heap.ts'
import { PodLists } from './pod-lists.ts'
import { GroupedClasses, RankedClasses } from './ready-classes.ts'
import type { ReadyClasses } from './ready-classes.ts'
import { SortedPodLists } from './sorted-pod-lists.ts'

export class PendingQueue {
  /** Pending pods, parked ones included. */
  size = 0
  private readonly order: QueueOrder
  private readonly lists: PodLists
  /** Classes with pods that are worth a try. */
  private readonly ready: ReadyClasses
  /** Scratch heap of `visitParked`, empty between visits. */
  private readonly visiting = new ClassHeap()
  /** Classes that are known to fit nowhere, in no order. */
  private readonly parked: PodClassId[] = []
  /** Place of the class in `parked`, NONE or undefined when it is not parked. */
  private readonly parkedAt: number[] = [] // [class]
  private cursor: LogCursor | undefined

  /** Without an order: first in, first out. */
  constructor(order: QueueOrder = {}) {
    if (order.rank !== undefined && order.groups !== undefined) throw new Error('a queue order has a rank or groups, not both')
    this.order = order
    this.lists = order.rank === undefined ? new PodLists() : new SortedPodLists()
    this.ready = order.groups === undefined ? new RankedClasses(this.lists) : new GroupedClasses(this.lists, order.groups)
  }

  has(pod: PodId): boolean {
    return this.lists.has(pod)
  }

  /** Adds a pending pod. Throws when it is already in the queue. */
  add(pod: PodId, view: ClusterView): void {
    if (this.has(pod)) throw new Error(`pod ${pod} is already in the queue`)
    const { lists, order } = this
    lists.reserve(pod + 1)
    const podClass = view.pods.podClass[pod]
    lists.order[pod] = view.pods.order[pod]
    lists.rank[pod] = order.rank === undefined ? 0 : order.rank(pod, view)
    lists.add(pod, podClass)
    this.size++
    if (lists.first(podClass) !== pod) return
    this.ready.meet(podClass, view)
    this.updateReady(podClass)
  }

  /** Removes a pod from any place in the queue; does nothing when it is not in the queue. */
  remove(pod: PodId): void {
    if (!this.has(pod)) return
    const { lists } = this
    const podClass = lists.classOf(pod)
    const wasFirst = lists.first(podClass) === pod
    lists.remove(pod)
    this.size--
    if (wasFirst) this.updateReady(podClass)
  }

  /** The first pod that is worth a try now, NONE when there is none. It stays in the queue. */
  head(view: ClusterView): PodId {
    this.follow(view)
    const podClass = this.ready.first
    return podClass === NONE ? NONE : this.lists.first(podClass)
  }

  /** Parks a class that fits nowhere in the cluster as it is now. */
  park(podClass: PodClassId): void {
    if (this.isParked(podClass)) return
    this.parkedAt[podClass] = this.parked.length
    this.parked.push(podClass)
    this.ready.remove(podClass)
  }

  isParked(podClass: PodClassId): boolean {
    return (this.parkedAt[podClass] ?? NONE) !== NONE
  }

  /** Calls `visit` with every pending pod whose class is known to fit nowhere, in queue order. `visit` must not change the queue. */
  visitParked(view: ClusterView, visit: (pod: PodId) => void): void {
    this.follow(view)
    // A merge of the lists needs no sort and no list of all pods.
    const { lists, ready, visiting } = this
    const heads: PodId[] = [] // [class]
    for (const podClass of this.parked) {
      heads[podClass] = lists.first(podClass)
      if (heads[podClass] !== NONE) ready.putInto(visiting, podClass, heads[podClass])
    }
    for (let podClass = visiting.first; podClass !== NONE; podClass = visiting.first) {
      const pod = heads[podClass]
      const following = lists.following(pod)
      heads[podClass] = following
      if (following === NONE) visiting.remove(podClass)
      else ready.putInto(visiting, podClass, following)
      visit(pod)
    }
  }

  /** Reads the log up to the present and unparks the classes that fit again. Without parked classes the entries are skipped. */
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
        cursor.subject === Subject.NodeClass ||
        (cursor.subject === Subject.NodeState && cursor.value === NodeState.Ready)
      if (gains) this.release(cursor.row, view)
    }
  }

  /** Unparks the classes that fit on the node in its present state, not in its state at the entry: later entries are already included in it. */
  private release(node: NodeId, view: ClusterView): void {
    const freeCpu = view.nodes.freeCpu[node]
    const freeMemory = view.nodes.freeMemory[node]
    const { cpu, memory } = view.classes
    for (let i = this.parked.length - 1; i >= 0; i--) {
      const podClass = this.parked[i]
      if (freeCpu >= cpu[podClass] && freeMemory >= memory[podClass] && view.feasible(podClass, node)) this.unpark(podClass)
    }
  }

  private unpark(podClass: PodClassId): void {
    const last = this.parked.pop()!
    const place = this.parkedAt[podClass]
    if (last !== podClass) {
      this.parked[place] = last
      this.parkedAt[last] = place
    }
    this.parkedAt[podClass] = NONE
    this.updateReady(podClass)
  }

  /** Updates the class among the ready classes after its first pod has changed. */
  private updateReady(podClass: PodClassId): void {
    if (this.isParked(podClass)) return
    const first = this.lists.first(podClass)
    if (first === NONE) this.ready.remove(podClass)
    else this.ready.put(podClass, first)
  }
}
