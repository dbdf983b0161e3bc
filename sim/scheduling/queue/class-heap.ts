/** Pod classes, or groups of them, ordered by two numbers each: a binary heap on arrays, with the place of every member. */
import { grown } from '../../common/table.ts'
import { NONE } from '../../cluster/views.ts'

export class ClassHeap {
  size = 0
  private members = new Int32Array(16)
  private places = new Int32Array(16).fill(NONE)
  private ranks = new Float64Array(16)
  private orders = new Float64Array(16)

  /** The member of the smallest rank, the smaller order number among equals; NONE when empty. */
  get first(): number {
    return this.size === 0 ? NONE : this.members[0]
  }

  /**
   * Adds the member, or moves it, with the rank ranks[rankAt] and the order number orders[orderAt]. Columns and places instead of the two
   * numbers themselves: as arguments V8 would put them on the heap.
   */
  put(member: number, ranks: Float64Array, rankAt: number, orders: Float64Array, orderAt: number): void {
    if (member >= this.places.length) this.grow(2 * member)
    this.ranks[member] = ranks[rankAt]
    this.orders[member] = orders[orderAt]
    const place = this.places[member]
    this.settle(place === NONE ? this.size++ : place, member)
  }

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

  /** Puts the member where it belongs, starting from a free place. */
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

  private grow(length: number): void {
    this.members = grown(this.members, length)
    this.places = grown(this.places, length, NONE)
    this.ranks = grown(this.ranks, length)
    this.orders = grown(this.orders, length)
  }
}
