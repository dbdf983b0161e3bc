/** Backends in order of addition, as a ring of links, and turns in it. */
import { NONE } from '../../common/ids.ts'
import type { SlotId } from '../../common/ids.ts'
import { ColumnTable } from '../../common/table.ts'
import { INITIAL_SLOTS } from './slots.ts'

/** A new backend is added at the end of the list. The plain form is an array; removal from it is O(n). */
export class Ring extends ColumnTable {
  readonly next = this.column(Int32Array)
  readonly previous = this.column(Int32Array)
  /** NONE when empty. */
  first = NONE

  constructor() {
    super(INITIAL_SLOTS)
  }

  append(slot: SlotId): void {
    this.reserve(slot + 1)
    if (this.first === NONE) {
      this.first = slot
      this.next[slot] = slot
      this.previous[slot] = slot
      return
    }
    const last = this.previous[this.first]
    this.next[last] = slot
    this.previous[slot] = last
    this.next[slot] = this.first
    this.previous[this.first] = slot
  }

  remove(slot: SlotId): void {
    const after = this.next[slot]
    const before = this.previous[slot]
    if (after === slot) {
      this.first = NONE
      return
    }
    this.next[before] = after
    this.previous[after] = before
    if (this.first === slot) this.first = after
  }
}

/**
 * Turns in a ring, in order of addition: a new backend gets its first turn in list order, and when the backend whose turn it is leaves, its successor has the turn.
 * Between two turns of a backend that stays, every other one that stays has exactly one turn, whichever leave. Kept is who had the last turn, so that a backend
 * that is added behind it has the next one, and an addition changes nothing here.
 */
export class Turns {
  /** NONE: nobody that is still there before the first. */
  private served = NONE
  private readonly ring: Ring

  constructor(ring: Ring) {
    this.ring = ring
  }

  /** To be called before the slot leaves the ring. */
  leaves(slot: SlotId): void {
    if (slot === this.served) this.served = slot === this.ring.first ? NONE : this.ring.previous[slot]
  }

  /** Returns whose turn it is and advances the turn; NONE when empty. */
  advance(): SlotId {
    const { ring } = this
    this.served = this.served === NONE ? ring.first : ring.next[this.served]
    return this.served
  }
}
