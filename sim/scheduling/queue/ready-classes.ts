/** The classes with pods that are worth a try, and which of them is next: by the rank of their first pod, or by the share of their group. */
import { NONE } from '../../common/ids.ts'
import type { PodClassId, PodId } from '../../common/ids.ts'
import { ColumnTable } from '../../common/table.ts'
import type { ClusterView } from '../../cluster/views.ts'
import type { GroupId, Groups, ShareListener } from '../orders/policy.ts'
import { ClassHeap } from './class-heap.ts'
import type { PodLists } from './pod-lists.ts'

/** A set of classes in the sequence that the queue order defines. */
export interface ReadyClasses {
  /** The class that is next, NONE when the set is empty. */
  readonly first: PodClassId
  /** Called before a class is put for the first time. */
  meet(podClass: PodClassId, view: ClusterView): void
  /** Adds the class, or moves it; `pod` is its first pod. */
  put(podClass: PodClassId, pod: PodId): void
  remove(podClass: PodClassId): void
  /** Brings the sequence up to date with the cluster; called before `first` is read. */
  follow(view: ClusterView): void
  /** Puts the class into another heap with its sort key from here; for a walk over classes that are not ready. */
  putInto(heap: ClassHeap, podClass: PodClassId, pod: PodId): void
}

/** Ready classes by the rank of their first pod. */
export class RankedClasses implements ReadyClasses {
  private readonly heap = new ClassHeap()
  private readonly podLists: PodLists

  constructor(podLists: PodLists) {
    this.podLists = podLists
  }

  get first(): PodClassId {
    return this.heap.first
  }

  put(podClass: PodClassId, pod: PodId): void {
    this.putInto(this.heap, podClass, pod)
  }

  remove(podClass: PodClassId): void {
    this.heap.remove(podClass)
  }

  meet(): void {}

  follow(): void {}

  putInto(heap: ClassHeap, podClass: PodClassId, pod: PodId): void {
    heap.put(podClass, this.podLists.rank, pod, this.podLists.order, pod)
  }
}

/**
 * Ready classes by the share of their group: a heap of classes per group, by the order of creation of their first pods, and a heap of the
 * groups that have ready classes, by share. A bind moves one group, whatever its number of classes.
 */
export class GroupedClasses extends ColumnTable implements ReadyClasses, ShareListener {
  /** By class. */
  private readonly groupOf = this.column(Int32Array, NONE)
  private readonly firstPod = this.column(Int32Array, NONE)
  private readonly podLists: PodLists
  private readonly groups: Groups
  private readonly groupHeap = new ClassHeap()
  private readonly classHeaps: ClassHeap[] = [] // [group]

  constructor(podLists: PodLists, groups: Groups) {
    super()
    this.podLists = podLists
    this.groups = groups
  }

  get first(): PodClassId {
    const group = this.groupHeap.first
    return group === NONE ? NONE : this.classHeaps[group].first
  }

  meet(podClass: PodClassId, view: ClusterView): void {
    this.reserve(podClass + 1)
    if (this.groupOf[podClass] !== NONE) return
    const group = this.groups.groupOf(podClass, view)
    this.groupOf[podClass] = group
    while (this.classHeaps.length <= group) this.classHeaps.push(new ClassHeap())
  }

  put(podClass: PodClassId, pod: PodId): void {
    const group = this.groupOf[podClass]
    this.firstPod[podClass] = pod
    this.classHeaps[group].put(podClass, this.podLists.order, pod, this.podLists.order, pod)
    this.moved(group)
  }

  remove(podClass: PodClassId): void {
    const group = this.groupOf[podClass]
    this.classHeaps[group].remove(podClass)
    this.moved(group)
  }

  follow(view: ClusterView): void {
    this.groups.follow(view, this)
  }

  /** The share of the group, or its first class, has changed. */
  moved(group: GroupId): void {
    const first = group < this.classHeaps.length ? this.classHeaps[group].first : NONE
    if (first === NONE) this.groupHeap.remove(group)
    else this.groupHeap.put(group, this.groups.shares, group, this.podLists.order, this.firstPod[first])
  }

  putInto(heap: ClassHeap, podClass: PodClassId, pod: PodId): void {
    heap.put(podClass, this.groups.shares, this.groupOf[podClass], this.podLists.order, pod)
  }
}
