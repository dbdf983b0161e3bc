/** Pod classes ordered by a rank each: a binary heap on arrays, with the place of every class. */
import { NONE } from '../cluster/views.ts'

export class ClassHeap {
  size = 0
  private classes = new Int32Array(16)
  private places = new Int32Array(16).fill(NONE)
  private ranks = new Float64Array(16)

  /** The class of the smallest rank (the smaller class number among equals), NONE when empty. */
  get first(): number {
    return this.size === 0 ? NONE : this.classes[0]
  }

  /** Adds the class, or gives it another rank. */
  put(podClass: number, rank: number): void {
    while (podClass >= this.places.length) this.grow()
    this.ranks[podClass] = rank
    const place = this.places[podClass]
    if (place !== NONE) {
      this.settle(place, podClass)
      return
    }
    this.settle(this.size++, podClass)
  }

  remove(podClass: number): void {
    const place = podClass < this.places.length ? this.places[podClass] : NONE
    if (place === NONE) return
    this.places[podClass] = NONE
    const last = this.classes[--this.size]
    if (last !== podClass) this.settle(place, last)
  }

  private precedes(a: number, b: number): boolean {
    return this.ranks[a] < this.ranks[b] || (this.ranks[a] === this.ranks[b] && a < b)
  }

  /** Puts the class where it belongs, starting from a free place. */
  private settle(free: number, podClass: number): void {
    let place = free
    while (place > 0) {
      const above = (place - 1) >> 1
      if (!this.precedes(podClass, this.classes[above])) break
      this.set(place, this.classes[above])
      place = above
    }
    for (;;) {
      let below = 2 * place + 1
      if (below >= this.size) break
      if (below + 1 < this.size && this.precedes(this.classes[below + 1], this.classes[below])) below++
      if (!this.precedes(this.classes[below], podClass)) break
      this.set(place, this.classes[below])
      place = below
    }
    this.set(place, podClass)
  }

  private set(place: number, podClass: number): void {
    this.classes[place] = podClass
    this.places[podClass] = place
  }

  private grow(): void {
    const { classes, places, ranks } = this
    this.classes = new Int32Array(2 * classes.length)
    this.classes.set(classes)
    this.places = new Int32Array(2 * places.length).fill(NONE)
    this.places.set(places)
    this.ranks = new Float64Array(2 * ranks.length)
    this.ranks.set(ranks)
  }
}
