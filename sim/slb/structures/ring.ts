/** Backends in order of addition, as a ring of links with a cursor. */
import { NONE } from '../../common/ids.ts'
import type { SlotId } from '../../common/ids.ts'
import { ColumnTable } from '../../common/table.ts'
import { INITIAL_SLOTS } from './slots.ts'

/**
 * A new backend is added at the end of the list and gets its first turn in list order. When the backend whose turn it is leaves, its successor has the turn:
 * between two turns of a backend that stays, every other one that stays has exactly one turn, whichever leave.
 * The plain form is an array and an index; removal from it is O(n).
 */
export class Ring extends ColumnTable {
  private readonly next = this.column(Int32Array)
  private readonly previous = this.column(Int32Array)
  private first = NONE
  /** Whose turn it is; NONE at the end of the list, so that a backend added now is not skipped. */
  private turn = NONE

  constructor() {
    super(INITIAL_SLOTS)
  }

  append(slot: SlotId): void {
    this.reserve(slot + 1)
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

  remove(slot: SlotId): void {
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

  /** Returns whose turn it is and advances the turn; NONE when empty. */
  advance(): SlotId {
    const slot = this.turn === NONE ? this.first : this.turn
    if (slot === NONE) return NONE
    const after = this.next[slot]
    this.turn = after === this.first ? NONE : after
    return slot
  }
}
