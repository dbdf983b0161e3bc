/**
 * Sorts as Go's sort.Slice does: pattern-defeating quicksort (Peters 2021), insertion sort up to 12 elements. It isn't stable; which of equal
 * elements comes first is a fact about Karpenter, whose planned nodes are sorted with it.
 */

type Less<T> = (a: T, b: T) => boolean

/** Sorts the list in place. */
export function goSort<T>(list: T[], less: Less<T>): void {
  new Sorting(list, less).sort(0, list.length, bitLength(list.length))
}

const INSERTION = 12
const NINTHER = 50
/** Swaps of a ninther after which the part is likely to descend. */
const DESCENDING = 12
/** Steps of insertion sort on a part that looks sorted. */
const STEPS = 5

const bitLength = (n: number): number => 32 - Math.clz32(n)

class Sorting<T> {
  private readonly list: T[]
  private readonly lessThan: Less<T>
  private swaps = 0

  constructor(list: T[], less: Less<T>) {
    this.list = list
    this.lessThan = less
  }

  /** Sorts the part from `from` to before `to`; after `limit` bad pivots by heap sort. */
  sort(from: number, to: number, limit: number): void {
    let a = from
    let b = to
    let left = limit
    let balanced = true
    let partitioned = true
    for (;;) {
      const length = b - a
      if (length <= INSERTION) return this.insertionSort(a, b)
      if (left === 0) return this.heapSort(a, b)
      if (!balanced) {
        this.breakPatterns(a, b)
        left--
      }
      const { pivot, sorted } = this.choosePivot(a, b)
      if (balanced && partitioned && sorted && this.partialInsertionSort(a, b)) return
      if (a > 0 && !this.less(a - 1, pivot)) {
        a = this.partitionEqual(a, b, pivot)
        continue
      }
      const { mid, already } = this.partition(a, b, pivot)
      partitioned = already
      const lower = mid - a < b - mid
      balanced = (lower ? mid - a : b - mid) >= Math.floor(length / 8)
      if (lower) this.sort(a, mid, left)
      else this.sort(mid + 1, b, left)
      if (lower) a = mid + 1
      else b = mid
    }
  }

  private less(i: number, j: number): boolean {
    return this.lessThan(this.list[i], this.list[j])
  }

  private swap(i: number, j: number): void {
    const element = this.list[i]
    this.list[i] = this.list[j]
    this.list[j] = element
  }

  private insertionSort(a: number, b: number): void {
    for (let i = a + 1; i < b; i++) for (let j = i; j > a && this.less(j, j - 1); j--) this.swap(j, j - 1)
  }

  private heapSort(a: number, b: number): void {
    const size = b - a
    for (let i = Math.floor((size - 1) / 2); i >= 0; i--) this.siftDown(i, size, a)
    for (let i = size - 1; i >= 0; i--) {
      this.swap(a, a + i)
      this.siftDown(0, i, a)
    }
  }

  private siftDown(from: number, size: number, a: number): void {
    for (let root = from; ;) {
      let child = 2 * root + 1
      if (child >= size) return
      if (child + 1 < size && this.less(a + child, a + child + 1)) child++
      if (!this.less(a + root, a + child)) return
      this.swap(a + root, a + child)
      root = child
    }
  }

  /** The median of three elements, of three medians of neighbours in long parts. `sorted`: no pair of them was out of order. */
  private choosePivot(a: number, b: number): { pivot: number; sorted: boolean } {
    const quarter = Math.floor((b - a) / 4)
    let [i, j, k] = [a + quarter, a + 2 * quarter, a + 3 * quarter]
    this.swaps = 0
    if (b - a >= NINTHER) [i, j, k] = [i, j, k].map((at) => this.median(at - 1, at, at + 1))
    const pivot = this.median(i, j, k)
    if (this.swaps !== DESCENDING) return { pivot, sorted: this.swaps === 0 }
    for (let low = a, high = b - 1; low < high; low++, high--) this.swap(low, high)
    return { pivot: b - 1 - (pivot - a), sorted: true }
  }

  private median(i: number, j: number, k: number): number {
    let [low, mid, high] = [i, j, k]
    if (this.less(mid, low)) {
      this.swaps++
      ;[low, mid] = [mid, low]
    }
    if (this.less(high, mid)) {
      this.swaps++
      ;[mid, high] = [high, mid]
    }
    if (this.less(mid, low)) {
      this.swaps++
      ;[low, mid] = [mid, low]
    }
    return mid
  }

  /** Puts lower elements before the pivot. `already`: none was on the wrong side. */
  private partition(a: number, b: number, pivot: number): { mid: number; already: boolean } {
    this.swap(a, pivot)
    let i = a + 1
    let j = b - 1
    for (let already = true; ; already = false) {
      while (i <= j && this.less(i, a)) i++
      while (i <= j && !this.less(j, a)) j--
      if (i > j) {
        this.swap(j, a)
        return { mid: j, already }
      }
      this.swap(i++, j--)
    }
  }

  /** Puts the elements that are equal to the pivot before the larger ones; returns where these begin. */
  private partitionEqual(a: number, b: number, pivot: number): number {
    this.swap(a, pivot)
    let i = a + 1
    let j = b - 1
    for (;;) {
      while (i <= j && !this.less(a, i)) i++
      while (i <= j && this.less(a, j)) j--
      if (i > j) return i
      this.swap(i++, j--)
    }
  }

  /** Sorts a part with few misplaced elements; false when there are more, or the part is short and has any. */
  private partialInsertionSort(a: number, b: number): boolean {
    let i = a + 1
    for (let step = 0; step < STEPS; step++) {
      while (i < b && !this.less(i, i - 1)) i++
      if (i === b) return true
      if (b - a < NINTHER) return false
      this.swap(i, i - 1)
      if (i - a >= 2) for (let j = i - 1; j >= 1 && this.less(j, j - 1); j--) this.swap(j, j - 1)
      if (b - i >= 2) for (let j = i + 1; j < b && this.less(j, j - 1); j++) this.swap(j, j - 1)
    }
    return false
  }

  /** Swaps three elements in the middle with ones that xorshift draws, seeded by the length. */
  private breakPatterns(a: number, b: number): void {
    const length = b - a
    const mask = BigInt((1 << bitLength(length)) - 1)
    const middle = a + Math.floor(length / 4) * 2 - 1
    let state = BigInt(length)
    for (let i = 0; i < 3; i++) {
      state ^= BigInt.asUintN(64, state << 13n)
      state ^= state >> 7n
      state ^= BigInt.asUintN(64, state << 17n)
      const drawn = Number(state & mask)
      this.swap(middle - 1 + i, a + (drawn >= length ? drawn - length : drawn))
    }
  }
}
