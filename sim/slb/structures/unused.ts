/** The backends that one balancer has never picked, as a part of the order of addition that all balancers of the service share. */
import { NONE } from '../../common/ids.ts'
import type { SlotId } from '../../common/ids.ts'
import type { Ring } from './ring.ts'
import type { RunningNumbers } from './running-numbers.ts'

/**
 * From the first backend to the last one at the time of `open`, without those that have a number: nothing is kept for a backend until it is picked. Only an excluded
 * backend at the front makes a gap, so the search for the next one is short.
 */
export class Unused {
  private readonly ring: Ring
  private readonly numbers: RunningNumbers
  /** The first one, NONE when there is none, and the end of the part, which may have a number. */
  private head = NONE
  private end = NONE

  constructor(ring: Ring, numbers: RunningNumbers) {
    this.ring = ring
    this.numbers = numbers
  }

  /** All backends that are there now; none has a number. */
  open(): void {
    this.head = this.ring.first
    this.end = this.head === NONE ? NONE : this.ring.previous[this.head]
  }

  /** The first but `exclude`; NONE when there is no other. */
  first(exclude: SlotId): SlotId {
    return this.head !== exclude ? this.head : this.after(this.head)
  }

  /** The slot was picked; its number follows. */
  take(slot: SlotId): void {
    if (slot === this.head) this.head = this.after(slot)
  }

  /** To be called before the slot leaves the ring. */
  leaves(slot: SlotId): void {
    if (slot === this.head) this.head = this.after(slot)
    if (slot === this.end) this.end = this.ring.previous[slot]
  }

  /** Numbers all of them, in order and below all numbers given: from now on there are none. */
  close(): void {
    let number = -this.ring.next.length
    for (let slot = this.head; slot !== NONE; slot = this.after(slot)) this.numbers.set(slot, number++)
    this.head = NONE
  }

  private after(slot: SlotId): SlotId {
    let at = slot
    while (at !== NONE && at !== this.end) {
      at = this.ring.next[at]
      if (!this.numbers.has(at)) return at
    }
    return NONE
  }
}
