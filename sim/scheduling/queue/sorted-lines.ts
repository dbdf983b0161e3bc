/**
 * Lines for ranks that come in any order: a search tree per class finds a pod's place, in O(log n) where walking along the line takes O(n).
 *
 * Plainly a heap per class would do, as only the first pod is asked for; but a node autoscaler visits all that wait in order, and
 * out of a heap that is a sort each time. The tree is a treap (Seidel, Aragon 1996) in columns by pod: a search tree by rank, a heap by a
 * number that is hashed from the pod's row, and so as flat as a random tree, whatever the ranks. Nothing is allocated for a pod.
 */
import { grown } from '../../common/table.ts'
import { NONE } from '../../cluster/views.ts'
import { PodLines } from './pod-lines.ts'

export class SortedLines extends PodLines {
  private readonly roots: number[] = [] // [class]
  private left = new Int32Array(64) // [pod]
  private right = new Int32Array(64)
  private parent = new Int32Array(64)

  override remove(pod: number): void {
    this.replace(pod, this.parent[pod], this.joined(pod), this.classOf(pod))
    super.remove(pod)
  }

  /** Hangs the pod into the tree; the last one from which the way went to the right comes before it. */
  protected override predecessor(pod: number, podClass: number): number {
    const { left, right, parent } = this
    left[pod] = NONE
    right[pod] = NONE
    let before = NONE
    let above = NONE
    let at = this.roots[podClass] ?? NONE
    while (at !== NONE) {
      above = at
      if (this.precedes(pod, at)) at = left[at]
      else {
        before = at
        at = right[at]
      }
    }
    parent[pod] = above
    if (above === NONE) this.roots[podClass] = pod
    else if (before === above) right[above] = pod
    else left[above] = pod
    this.rise(pod, podClass)
    return before
  }

  /** Rotates the pod up until the heap is in order. */
  private rise(pod: number, podClass: number): void {
    const { left, right, parent } = this
    for (let above = parent[pod]; above !== NONE && hash(pod) < hash(above); above = parent[pod]) {
      const inner = left[above] === pod ? right[pod] : left[pod]
      if (left[above] === pod) {
        left[above] = inner
        right[pod] = above
      } else {
        right[above] = inner
        left[pod] = above
      }
      if (inner !== NONE) parent[inner] = above
      this.replace(above, parent[above], pod, podClass)
      parent[above] = pod
    }
  }

  /** One tree out of the two below a pod. */
  private joined(pod: number): number {
    const { left, right, parent } = this
    let a = left[pod]
    let b = right[pod]
    let top = NONE
    let above = NONE
    let leftwards = false
    while (a !== NONE || b !== NONE) {
      const takeLeft = b === NONE || (a !== NONE && hash(a) < hash(b))
      const at = takeLeft ? a : b
      if (above === NONE) top = at
      else {
        if (leftwards) left[above] = at
        else right[above] = at
        parent[at] = above
      }
      if (a === NONE || b === NONE) break // the rest hangs there already
      above = at
      leftwards = !takeLeft
      if (takeLeft) a = right[at]
      else b = left[at]
    }
    return top
  }

  /** Puts `by` (or nothing) where `pod` was under `above`. */
  private replace(pod: number, above: number, by: number, podClass: number): void {
    if (by !== NONE) this.parent[by] = above
    if (above === NONE) this.roots[podClass] = by
    else if (this.left[above] === pod) this.left[above] = by
    else this.right[above] = by
  }

  protected override grow(length: number): void {
    super.grow(length)
    this.left = grown(this.left, length)
    this.right = grown(this.right, length)
    this.parent = grown(this.parent, length)
  }
}

/** 32 well mixed bits, signed (the finalizer of MurmurHash3). */
function hash(pod: number): number {
  let h = pod + 1
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}
