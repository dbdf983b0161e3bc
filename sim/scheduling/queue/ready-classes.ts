/** The classes with pods that are worth a try, and which of them is next: by the rank of their first pod, or in turn by group. */
import { NONE } from '../../cluster/views.ts'
import type { ClusterView } from '../../cluster/views.ts'
import { ClassHeap } from './class-heap.ts'
import type { Groups } from '../orders/policy.ts'
import type { PodLines } from './pod-lines.ts'

export interface ReadyClasses {
  readonly first: number
  /** Before a class is put for the first time. */
  meet(podClass: number, view: ClusterView): void
  /** The class is ready, and `pod` is its first. */
  put(podClass: number, pod: number): void
  remove(podClass: number): void
  /** Once before each question. */
  follow(view: ClusterView): void
  /** Puts the class into another heap by what it goes by here; for a walk over classes that are not ready. */
  putInto(heap: ClassHeap, podClass: number, pod: number): void
}

export class RankedClasses implements ReadyClasses {
  private readonly heap = new ClassHeap()
  private readonly lines: PodLines

  constructor(lines: PodLines) {
    this.lines = lines
  }

  get first(): number {
    return this.heap.first
  }

  put(podClass: number, pod: number): void {
    this.putInto(this.heap, podClass, pod)
  }

  remove(podClass: number): void {
    this.heap.remove(podClass)
  }

  meet(): void {}

  follow(): void {}

  putInto(heap: ClassHeap, podClass: number, pod: number): void {
    heap.put(podClass, this.lines.rank, pod, this.lines.order, pod)
  }
}

/**
 * A heap of classes for each group, by the order of creation of their first pods, and a heap of the groups that have any, by share. What is
 * bound moves one group, however many classes it has.
 */
export class GroupedClasses implements ReadyClasses {
  private readonly lines: PodLines
  private readonly groups: Groups
  private readonly inTurn = new ClassHeap()
  private readonly heaps: ClassHeap[] = [] // [group]
  private readonly groupOf: number[] = [] // [class]
  private readonly firstPod: number[] = [] // [class]

  constructor(lines: PodLines, groups: Groups) {
    this.lines = lines
    this.groups = groups
  }

  get first(): number {
    const group = this.inTurn.first
    return group === NONE ? NONE : this.heaps[group].first
  }

  meet(podClass: number, view: ClusterView): void {
    if (this.groupOf[podClass] !== undefined) return
    const group = this.groups.groupOf(podClass, view)
    this.groupOf[podClass] = group
    while (this.heaps.length <= group) this.heaps.push(new ClassHeap())
  }

  put(podClass: number, pod: number): void {
    const group = this.groupOf[podClass]
    this.firstPod[podClass] = pod
    this.heaps[group].put(podClass, this.lines.order, pod, this.lines.order, pod)
    this.moved(group)
  }

  remove(podClass: number): void {
    const group = this.groupOf[podClass]
    this.heaps[group].remove(podClass)
    this.moved(group)
  }

  follow(view: ClusterView): void {
    this.groups.follow(view, this)
  }

  /** The group's share, or its first class, is another. */
  moved(group: number): void {
    const first = group < this.heaps.length ? this.heaps[group].first : NONE
    if (first === NONE) this.inTurn.remove(group)
    else this.inTurn.put(group, this.groups.shares, group, this.lines.order, this.firstPod[first])
  }

  putInto(heap: ClassHeap, podClass: number, pod: number): void {
    heap.put(podClass, this.groups.shares, this.groupOf[podClass], this.lines.order, pod)
  }
}
