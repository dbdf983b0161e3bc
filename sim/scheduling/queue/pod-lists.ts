/** A doubly linked list of pending pods per pod class, as columns by pod, for ranks that seldom require a search for a pod's place. */
import { NONE } from '../../common/ids.ts'
import type { PodClassId, PodId } from '../../common/ids.ts'
import { ColumnTable } from '../../common/table.ts'

/** `previous` of a pod that is in no list; NONE is the `previous` of the first pod of a list. */
const UNLISTED = -2

export class PodLists extends ColumnTable {
  /** The sort key of a pod: the rank, then the order of creation; the smallest is first. Set before `add`. */
  readonly rank = this.column(Float64Array)
  readonly order = this.column(Float64Array)
  protected readonly previous = this.column(Int32Array, UNLISTED)
  protected readonly next = this.column(Int32Array)
  private readonly podClass = this.column(Int32Array)
  private readonly heads: PodId[] = [] // [class] NONE or undefined when the list is empty
  private readonly tails: PodId[] = [] // [class]

  has(pod: PodId): boolean {
    return pod < this.previous.length && this.previous[pod] !== UNLISTED
  }

  /** The class in whose list the pod is. */
  classOf(pod: PodId): PodClassId {
    return this.podClass[pod]
  }

  /** The first pod of a class, NONE when its list is empty. */
  first(podClass: PodClassId): PodId {
    return this.heads[podClass] ?? NONE
  }

  /** The next pod in the list, NONE after the last. */
  following(pod: PodId): PodId {
    return this.next[pod]
  }

  /** Inserts the pod at its place by rank and order. The columns must have its row (`reserve`). */
  add(pod: PodId, podClass: PodClassId): void {
    const before = this.predecessor(pod, podClass)
    const after = before === NONE ? this.first(podClass) : this.next[before]
    this.podClass[pod] = podClass
    this.previous[pod] = before
    this.next[pod] = after
    if (before === NONE) this.heads[podClass] = pod
    else this.next[before] = pod
    if (after === NONE) this.tails[podClass] = pod
    else this.previous[after] = pod
  }

  /** Removes a pod that is in a list. */
  remove(pod: PodId): void {
    const podClass = this.podClass[pod]
    const before = this.previous[pod]
    const after = this.next[pod]
    if (before === NONE) this.heads[podClass] = after
    else this.next[before] = after
    if (after === NONE) this.tails[podClass] = before
    else this.previous[after] = before
    this.previous[pod] = UNLISTED
  }

  /**
   * The pod of the class after which this one belongs, NONE when it belongs first. Searched from both ends: in order of creation, pods
   * arrive sorted and a refused pod returns to the front, so one or two steps suffice.
   */
  protected predecessor(pod: PodId, podClass: PodClassId): PodId {
    let before = this.tails[podClass] ?? NONE
    if (before === NONE || this.precedes(pod, this.heads[podClass])) return NONE
    while (this.precedes(pod, before)) before = this.previous[before]
    return before
  }

  protected precedes(a: PodId, b: PodId): boolean {
    return this.rank[a] < this.rank[b] || (this.rank[a] === this.rank[b] && this.order[a] < this.order[b])
  }
}
