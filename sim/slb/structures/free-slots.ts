/** Backends that hold fewer requests than a limit, the lowest slot first. */
import type { SlotId } from '../../common/ids.ts'
import { SlotHeap } from './slot-heap.ts'
import type { Slots } from './slots.ts'

/** O(log n) for each step. The functions are called after the change of the slots, `leaves` before it. */
export class FreeSlots extends SlotHeap {
  private readonly slots: Slots
  private readonly limit: number

  constructor(slots: Slots, limit: number) {
    super()
    this.slots = slots
    this.limit = limit
  }

  /** The requests in flight have changed by 1 or -1. */
  counted(slot: SlotId, by: number): void {
    const count = this.slots.inFlight[slot]
    if (by > 0 && count === this.limit) this.remove(slot)
    else if (by < 0 && count === this.limit - 1) this.add(slot)
  }

  leaves(slot: SlotId): void {
    if (this.slots.has(slot) && this.slots.inFlight[slot] < this.limit) this.remove(slot)
  }

  protected before(a: SlotId, b: SlotId): boolean {
    return a < b
  }
}
