/** Backends in order of addition, as a ring of links with a cursor. */
import { grown } from '../../common/table.ts'
import { roomFor } from './slots.ts'

const NONE = -1

/**
 * A newcomer stands at the end of the list and waits until the lap gets there. When the backend whose turn it is leaves, the turn
 * goes to its successor: between two turns of one survivor every other survivor has exactly one, whoever leaves.
 * Plainly it would be an array and an index; removal from an array is O(n), and shifts the turns of those behind the gap.
 */
export class Ring {
  private next = new Int32Array(16)
  private previous = new Int32Array(16)
  private first = NONE
  /** Whose turn it is; NONE at the end of the list, so that one who joins now is not passed over. */
  private turn = NONE

  append(slot: number): void {
    if (slot >= this.next.length) {
      const length = roomFor(slot, this.next.length)
      this.next = grown(this.next, length)
      this.previous = grown(this.previous, length)
    }
    if (this.first === NONE) {
      this.first = slot
      this.next[slot] = slot
      this.previous[slot] = slot
    } else {
      const last = this.previous[this.first]
      this.next[last] = slot
      this.previous[slot] = last
      this.next[slot] = this.first
      this.previous[this.first] = slot
    }
    if (this.turn === NONE) this.turn = slot
  }

  remove(slot: number): void {
    const after = this.next[slot]
    const before = this.previous[slot]
    if (this.turn === slot) this.turn = after === this.first ? NONE : after
    if (after === slot) {
      this.first = NONE
      return
    }
    this.next[before] = after
    this.previous[after] = before
    if (this.first === slot) this.first = after
  }

  /** Whose turn it is, and passes the turn on; NONE when empty. */
  advance(): number {
    const slot = this.turn === NONE ? this.first : this.turn
    if (slot === NONE) return NONE
    const after = this.next[slot]
    this.turn = after === this.first ? NONE : after
    return slot
  }
}
