/**
 * The fitting bin with the most room (ties: lowest), by a tree over the bins with one more maximum, the room. The roomier subtree is looked at first, and what cannot
 * beat the best bin so far is passed over. A list in order of room, as best fit has, would do for the search; but worst fit moves
 * the bin from the front of the order to its middle for each pod, which costs a list as much as the scan it saves.
 */
import { NONE } from '../../cluster/views.ts'
import { BinTree } from './bin-tree.ts'
import type { Bins } from './bins.ts'
import type { Measure } from './measure.ts'

export class RoomTree {
  private readonly tree = new BinTree()
  private rooms = new Float64Array(2)
  private origin = 0
  private bins!: Bins
  private podClass = 0
  private best = NONE
  private bestRoom = NONE

  /** @param origin the lowest bin of this tree; `most` of them from there on */
  reset(bins: Bins, measure: Measure, origin: number, most: number): void {
    this.bins = bins
    this.origin = origin
    this.tree.reset(bins, measure, most, undefined, origin)
    const { leaves } = this.tree
    if (this.rooms.length < 2 * leaves) this.rooms = new Float64Array(2 * leaves)
    this.rooms.fill(NONE, leaves + bins.count - origin, 2 * leaves)
    for (let bin = origin; bin < bins.count; bin++) this.rooms[leaves + bin - origin] = bins.room(bin)
    for (let node = leaves - 1; node >= 1; node--) this.combine(node)
  }

  /** From now on the questions are about pods of this class. */
  ask(podClass: number): void {
    this.podClass = podClass
    this.tree.ask(podClass)
  }

  /** One that fits for sure, NONE when none does. */
  roomiest(): number {
    this.best = NONE
    this.bestRoom = NONE
    if (this.tree.mayTake(1)) this.search(1)
    return this.best
  }

  /** The bin has changed, or is new. */
  update(bin: number): void {
    this.tree.update(bin)
    const leaf = this.tree.leaves + bin - this.origin
    this.rooms[leaf] = this.bins.room(bin)
    for (let node = leaf >> 1; node >= 1; node >>= 1) this.combine(node)
  }

  private search(node: number): void {
    const { tree, rooms } = this
    if (node >= tree.leaves) {
      const bin = this.lowest(node)
      if (!this.bins.fits(this.podClass, bin)) return
      this.best = bin
      this.bestRoom = rooms[node]
      return
    }
    const left = 2 * node
    const right = left + 1
    const first = rooms[right] > rooms[left] ? right : left
    if (this.promising(first)) this.search(first)
    if (this.promising(left + right - first)) this.search(left + right - first)
  }

  /** Could the subtree hold a better bin than the best so far? With equal rooms the lower one is better. */
  private promising(node: number): boolean {
    if (this.rooms[node] < this.bestRoom || !this.tree.mayTake(node)) return false
    return this.rooms[node] > this.bestRoom || this.lowest(node) < this.best
  }

  private lowest(node: number): number {
    let leaf = node
    while (leaf < this.tree.leaves) leaf *= 2
    return leaf - this.tree.leaves + this.origin
  }

  private combine(node: number): void {
    this.rooms[node] = Math.max(this.rooms[2 * node], this.rooms[2 * node + 1])
  }
}
