/** A binary heap of pod classes, or of groups of classes, ordered by two numbers each, with the place of every member. */
import { NONE } from '../../common/ids.ts'
import { ColumnTable } from '../../common/table.ts'

export class ClassHeap extends ColumnTable {
  size = 0
  /** The heap: the member at each place. */
  private readonly members = this.column(Int32Array)
  /** By member: its place in the heap, NONE when it is not in the heap. */
  private readonly places = this.column(Int32Array, NONE)
  private readonly ranks = this.column(Float64Array)
  private readonly orders = this.column(Float64Array)

  constructor() {
    super(16)
  }

  /** The member of the smallest rank, and among equal ranks of the smallest order number; NONE when the heap is empty. */
  get first(): number {
    return this.size === 0 ? NONE : this.members[0]
  }

  /**
   * Adds the member, or moves it, with the rank ranks[rankAt] and the order number orders[orderAt]. It takes columns and places, because
   * V8 allocates floats that are passed as arguments on the heap.
   */
  put(member: number, ranks: Float64Array, rankAt: number, orders: Float64Array, orderAt: number): void {
    this.reserve(member + 1)
    this.ranks[member] = ranks[rankAt]
    this.orders[member] = orders[orderAt]
    const place = this.places[member]
    this.settle(place === NONE ? this.size++ : place, member)
  }

  /** Removes the member; does nothing when it is not in the heap. */
  remove(member: number): void {
    const place = member < this.places.length ? this.places[member] : NONE
    if (place === NONE) return
    this.places[member] = NONE
    const last = this.members[--this.size]
    if (last !== member) this.settle(place, last)
  }

  private precedes(a: number, b: number): boolean {
    return this.ranks[a] < this.ranks[b] || (this.ranks[a] === this.ranks[b] && this.orders[a] < this.orders[b])
  }

  /** Moves the member from a free place to where it belongs. */
  private settle(free: number, member: number): void {
    let place = free
    while (place > 0) {
      const above = (place - 1) >> 1
      if (!this.precedes(member, this.members[above])) break
      this.set(place, this.members[above])
      place = above
    }
    for (;;) {
      let below = 2 * place + 1
      if (below >= this.size) break
      if (below + 1 < this.size && this.precedes(this.members[below + 1], this.members[below])) below++
      if (!this.precedes(this.members[below], member)) break
      this.set(place, this.members[below])
      place = below
    }
    this.set(place, member)
  }

  private set(place: number, member: number): void {
    this.members[place] = member
    this.places[member] = place
  }
}
