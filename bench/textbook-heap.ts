/** The twin (reference implementation) of the event queue, as textbooks and most packages write it: objects, a comparator, swaps. */
interface Entry {
  readonly time: number
  readonly order: number
  readonly payload: number
}

export class TextbookHeap {
  time = 0
  private readonly heap: Entry[] = []
  private order = 0
  private readonly compare = (a: Entry, b: Entry): number => a.time - b.time || a.order - b.order

  push(time: number, payload: number): void {
    const { heap } = this
    heap.push({ time, order: this.order++, payload })
    let child = heap.length - 1
    while (child > 0) {
      const parent = (child - 1) >> 1
      if (this.compare(heap[child], heap[parent]) >= 0) break
      this.swap(child, parent)
      child = parent
    }
  }

  pop(): number {
    const { heap } = this
    const first = heap[0]
    const last = heap.pop()!
    if (heap.length > 0) {
      heap[0] = last
      let parent = 0
      for (;;) {
        const left = 2 * parent + 1
        const right = left + 1
        let smallest = parent
        if (left < heap.length && this.compare(heap[left], heap[smallest]) < 0) smallest = left
        if (right < heap.length && this.compare(heap[right], heap[smallest]) < 0) smallest = right
        if (smallest === parent) break
        this.swap(parent, smallest)
        parent = smallest
      }
    }
    this.time = first.time
    return first.payload
  }

  private swap(i: number, j: number): void {
    const entry = this.heap[i]
    this.heap[i] = this.heap[j]
    this.heap[j] = entry
  }
}
