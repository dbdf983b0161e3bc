/** Running numbers by slot: who was added or changed before whom. */
import type { SlotId } from '../../common/ids.ts'
import { grown } from '../../common/table.ts'
import { INITIAL_SLOTS, lengthFor } from './slots.ts'

/** A counter, and for each slot its value at the last `note`. */
export class RunningNumbers {
  of = new Float64Array(INITIAL_SLOTS)
  private count: number

  /** @param first number given; above 0, `has` tells the slots that were noted */
  constructor(first = 0) {
    this.count = first
  }

  note(slot: SlotId): void {
    this.set(slot, this.count++)
  }

  set(slot: SlotId, number: number): void {
    if (slot >= this.of.length) this.of = grown(this.of, lengthFor(slot, this.of.length))
    this.of[slot] = number
  }

  has(slot: SlotId): boolean {
    return slot < this.of.length && this.of[slot] > 0
  }

  forget(slot: SlotId): void {
    if (slot < this.of.length) this.of[slot] = 0
  }
}
