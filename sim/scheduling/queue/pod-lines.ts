/** Pods in line, a line for each pod class: doubly linked, in columns by pod. */
import { grown } from '../../common/table.ts'
import { NONE } from '../../cluster/views.ts'

/** A pod that is in no line; `previous` of the first pod in a line is NONE. */
const ABSENT = -2

export class PodLines {
  /** [pod] What a pod goes by: the smaller rank, then the smaller order of creation. Set before `add`. */
  rank = new Float64Array(64)
  order = new Float64Array(64)
  protected readonly ends: number[] = [] // [class] the last pod, NONE or undefined when there is none
  protected previous = new Int32Array(64).fill(ABSENT) // [pod]
  protected next = new Int32Array(64) // [pod]
  private classes = new Int32Array(64) // [pod]
  private readonly begins: number[] = [] // [class]

  /** Places for pods up to this row. */
  reserve(pod: number): void {
    if (pod >= this.previous.length) this.grow(2 * pod)
  }

  has(pod: number): boolean {
    return pod < this.previous.length && this.previous[pod] !== ABSENT
  }

  /** The class in whose line the pod is. */
  classOf(pod: number): number {
    return this.classes[pod]
  }

  /** The first pod of a class, NONE when it has none. */
  first(podClass: number): number {
    return this.begins[podClass] ?? NONE
  }

  /** The pod behind, NONE at the end. */
  following(pod: number): number {
    return this.next[pod]
  }

  add(pod: number, podClass: number): void {
    const before = this.predecessor(pod, podClass)
    const after = before === NONE ? this.first(podClass) : this.next[before]
    this.classes[pod] = podClass
    this.previous[pod] = before
    this.next[pod] = after
    if (before === NONE) this.begins[podClass] = pod
    else this.next[before] = pod
    if (after === NONE) this.ends[podClass] = pod
    else this.previous[after] = pod
  }

  remove(pod: number): void {
    const podClass = this.classes[pod]
    const before = this.previous[pod]
    const after = this.next[pod]
    if (before === NONE) this.begins[podClass] = after
    else this.next[before] = after
    if (after === NONE) this.ends[podClass] = before
    else this.previous[after] = before
    this.previous[pod] = ABSENT
  }

  /**
   * The pod of the class behind which this one belongs. Looked for at both ends: where pods go in the order of creation they come in order,
   * and one that was refused returns to the front, so a step or two finds the place.
   */
  protected predecessor(pod: number, podClass: number): number {
    let before = this.ends[podClass] ?? NONE
    if (before === NONE || this.precedes(pod, this.begins[podClass])) return NONE
    while (this.precedes(pod, before)) before = this.previous[before]
    return before
  }

  protected precedes(a: number, b: number): boolean {
    return this.rank[a] < this.rank[b] || (this.rank[a] === this.rank[b] && this.order[a] < this.order[b])
  }

  protected grow(length: number): void {
    this.rank = grown(this.rank, length)
    this.order = grown(this.order, length)
    this.previous = grown(this.previous, length, ABSENT)
    this.next = grown(this.next, length)
    this.classes = grown(this.classes, length)
  }
}
