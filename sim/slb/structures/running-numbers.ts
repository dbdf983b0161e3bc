/** Running numbers by slot: who was added or changed before whom. */
import type { SlotId } from '../../common/ids.ts'
import { grown } from '../../common/table.ts'
import { INITIAL_SLOTS, lengthFor } from './slots.ts'

/** A counter, and for each slot its value at the last `note`. */
export class RunningNumbers {
  of = new Float64Array(INITIAL_SLOTS)
  private count = 0

  note(slot: SlotId): void {
    if (slot >= this.of.length) this.of = grown(this.of, lengthFor(slot, this.of.length))
    this.of[slot] = this.count++
  }
}
