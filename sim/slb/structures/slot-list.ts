/** Slots in order of arrival, each at most once, as links: appending and removing any of them is O(1). */
import { NONE } from '../../common/ids.ts'
import type { SlotId } from '../../common/ids.ts'
import { ColumnTable } from '../../common/table.ts'
import { INITIAL_SLOTS } from './slots.ts'

/** `previous` of a slot that is not in the list. */
const OUT = -2

/** A first-in-first-out list of slots. */
export class SlotList extends ColumnTable {
  private readonly next = this.column(Int32Array)
  private readonly previous = this.column(Int32Array, OUT)
  private head = NONE
  private tail = NONE

  constructor() {
    super(INITIAL_SLOTS)
  }

  /** Does nothing when the slot is in the list. */
  append(slot: SlotId): void {
    this.reserve(slot + 1)
    if (this.previous[slot] !== OUT) return
    this.previous[slot] = this.tail
    this.next[slot] = NONE
    if (this.tail === NONE) this.head = slot
    else this.next[this.tail] = slot
    this.tail = slot
  }

  /** Does nothing when the slot is not in the list. */
  remove(slot: SlotId): void {
    if (slot >= this.next.length || this.previous[slot] === OUT) return
    const before = this.previous[slot]
    const after = this.next[slot]
    if (before === NONE) this.head = after
    else this.next[before] = after
    if (after === NONE) this.tail = before
    else this.previous[after] = before
    this.previous[slot] = OUT
  }

  /** The first but `exclude`, NONE when there is no other. */
  first(exclude: SlotId): SlotId {
    return this.head !== NONE && this.head === exclude ? this.next[this.head] : this.head
  }
}
