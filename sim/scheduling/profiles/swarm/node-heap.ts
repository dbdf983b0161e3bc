/** The best nodes of a leaf: a binary heap with the worst node on top, bounded by the number of tasks to place. */

/**
 * Which of equal nodes stay and in what order they leave depends on the moves inside the heap, so they are those of Go's container/heap:
 * sift up after a push, sift down from the top with the left child first.
 */
export class NodeHeap<N> {
  private readonly better: (a: N, b: N) => boolean
  private nodes: N[] = []
  /** Part of `nodes` that is still a heap; behind it are nodes in order. */
  private size = 0

  constructor(better: (a: N, b: N) => boolean) {
    this.better = better
  }

  /** Offers a node: below `bound` nodes each one that fits stays, after that one that fits and is better than the worst takes its place. */
  offer(node: N, bound: number, fits: (node: N) => boolean): void {
    if (this.size < bound) {
      if (!fits(node)) return
      this.nodes.push(node)
      this.siftUp(this.size++)
    } else if (this.better(node, this.nodes[0]) && fits(node)) {
      this.nodes[0] = node
      this.siftDown(0)
    }
  }

  /** The nodes, best first. A second call drops those that no longer fit and orders the others again. */
  ordered(fits: (node: N) => boolean): readonly N[] {
    if (this.size !== this.nodes.length) this.rebuild(fits)
    while (this.size > 0) {
      this.swap(0, this.size - 1)
      this.size--
      this.siftDown(0)
    }
    return this.nodes
  }

  private rebuild(fits: (node: N) => boolean): void {
    for (let i = 0; i < this.nodes.length;) {
      if (fits(this.nodes[i])) i++
      else {
        const last = this.nodes.pop()!
        if (i < this.nodes.length) this.nodes[i] = last
      }
    }
    this.size = this.nodes.length
    for (let i = Math.floor(this.size / 2) - 1; i >= 0; i--) this.siftDown(i)
  }

  /** Whether node i leaves the heap before node j: the worse one does. */
  private above(i: number, j: number): boolean {
    return this.better(this.nodes[j], this.nodes[i])
  }

  private siftUp(from: number): void {
    let child = from
    while (child > 0) {
      const parent = (child - 1) >> 1
      if (!this.above(child, parent)) return
      this.swap(child, parent)
      child = parent
    }
  }

  private siftDown(from: number): void {
    let parent = from
    for (;;) {
      const left = 2 * parent + 1
      if (left >= this.size) return
      const child = left + 1 < this.size && this.above(left + 1, left) ? left + 1 : left
      if (!this.above(child, parent)) return
      this.swap(parent, child)
      parent = child
    }
  }

  private swap(i: number, j: number): void {
    const node = this.nodes[i]
    this.nodes[i] = this.nodes[j]
    this.nodes[j] = node
  }
}
