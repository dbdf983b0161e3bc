/**
 * Pod lists for ranks in any order of arrival: a search tree per class finds the place of a pod in O(log n), where a walk along the list
 * takes O(n).
 *
 * A heap per class would be simpler, as only the first pod is asked for; but a node autoscaler visits all pending pods in order, which
 * from a heap requires a sort each time. The tree is a treap (Seidel, Aragon 1996) as columns by pod: a search tree by rank, and a heap by
 * a hash of the pod's row, so it is as balanced as a random tree for any ranks. Nothing is allocated per pod.
 */
import { NONE } from '../../common/ids.ts'
import type { PodClassId, PodId } from '../../common/ids.ts'
import { PodLists } from './pod-lists.ts'

export class SortedPodLists extends PodLists {
  private readonly left = this.column(Int32Array)
  private readonly right = this.column(Int32Array)
  private readonly parent = this.column(Int32Array)
  private readonly roots: PodId[] = [] // [class]

  override remove(pod: PodId): void {
    this.replace(pod, this.parent[pod], this.joined(pod), this.classOf(pod))
    super.remove(pod)
  }

  /** Inserts the pod into the tree. Its predecessor is the last pod at which the descent went to the right. */
  protected override predecessor(pod: PodId, podClass: PodClassId): PodId {
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

  /** Rotates the pod up until the heap order holds. */
  private rise(pod: PodId, podClass: PodClassId): void {
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

  /** Merges the two subtrees of a pod. Returns the root. */
  private joined(pod: PodId): PodId {
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
      if (a === NONE || b === NONE) break // the rest is already below
      above = at
      leftwards = !takeLeft
      if (takeLeft) a = right[at]
      else b = left[at]
    }
    return top
  }

  /** Replaces `pod`, a child of `above`, by `by` (or by nothing when NONE). */
  private replace(pod: PodId, above: PodId, by: PodId, podClass: PodClassId): void {
    if (by !== NONE) this.parent[by] = above
    if (above === NONE) this.roots[podClass] = by
    else if (this.left[above] === pod) this.left[above] = by
    else this.right[above] = by
  }
}

/** A signed 32-bit hash (the finalizer of MurmurHash3). */
function hash(pod: PodId): number {
  let h = pod + 1
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}
