/** A binary heap of objects, first the least. */
export class Heap<T> {
  private readonly items: T[] = []
  private readonly compare: (a: T, b: T) => number

  constructor(compare: (a: T, b: T) => number) {
    this.compare = compare
  }

  get first(): T | undefined {
    return this.items[0]
  }

  push(item: T): void {
    const { items, compare } = this
    let at = items.push(item) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (compare(items[parent], item) <= 0) break
      items[at] = items[parent]
      at = parent
    }
    items[at] = item
  }

  pop(): T | undefined {
    const { items } = this
    const first = items[0]
    const last = items.pop()
    if (items.length > 0) this.sink(last!)
    return first
  }

  private sink(item: T): void {
    const { items, compare } = this
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= items.length) break
      if (child + 1 < items.length && compare(items[child + 1], items[child]) < 0) child++
      if (compare(item, items[child]) <= 0) break
      items[at] = items[child]
      at = child
    }
    items[at] = item
  }
}
