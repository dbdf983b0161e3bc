import { grown } from '../../common/table.ts'
import { define } from '../../common/define.ts'
import { CountBuckets } from '../structures/count-buckets.ts'
import { NO_BACKEND } from '../policy.ts'
import type { Balancer, RequestView } from '../policy.ts'
import { Places, SlotHeap } from '../structures/slot-heap.ts'
import { roomFor, Slots } from '../structures/slots.ts'

/** Least connections: the backend with the fewest requests in flight from here, per weight. */
export const leastConnections = define({
  name: 'least-connections',
  summary: 'Fewest requests in flight from here per unit of weight; on ties the one whose count has stood unchanged longest.',
  source: 'HAProxy, balance leastconn (ties first in, first out); the key is in flight / weight as in nginx least_conn',
  fidelity: 'simplified',
  parameters: {},
  create: (): Balancer => new LeastConnections(),
})

/** Backends in order of load. The counts are kept by the owner and have already changed when `more` and `fewer` are called with them. */
export interface LoadOrder {
  /** With nothing in flight. */
  add(slot: number): void
  remove(slot: number, count: number): void
  more(slot: number, count: number): void
  fewer(slot: number, count: number): void
  /** The least loaded but `exclude`. There is one. */
  first(exclude: number): number
}

/**
 * Equal weights, the common case: lists by count, O(1). From the first weight that differs: a heap, O(log n). The order is the same,
 * by (in flight / weight, time of the last change), so the change-over cannot be seen in the picks.
 */
class LeastConnections implements Balancer {
  private readonly slots = new Slots()
  /** Running number of the last change of each slot's count. */
  private readonly changes = new Changes()
  private order: LoadOrder = new CountBuckets()
  /** The weight of all; 0 once they have differed, until the set is empty again. */
  private commonWeight = 0

  added(slot: number, weight: number): void {
    if (this.slots.count === 0) {
      this.order = new CountBuckets()
      this.commonWeight = weight
    } else if (this.commonWeight !== 0 && weight !== this.commonWeight) {
      this.turnToHeap()
    }
    this.slots.add(slot, weight)
    this.changes.note(slot)
    this.order.add(slot)
  }

  removed(slot: number): void {
    const count = this.slots.inFlight[slot]
    this.slots.remove(slot)
    this.order.remove(slot, count)
  }

  pick(_request: RequestView, exclude: number): number {
    const { slots } = this
    if (slots.count === 0) return NO_BACKEND
    const slot = this.order.first(slots.count > 1 ? exclude : NO_BACKEND)
    slots.sent(slot)
    this.changes.note(slot)
    this.order.more(slot, slots.inFlight[slot])
    return slot
  }

  ended(slot: number): void {
    if (!this.slots.ended(slot)) return
    this.changes.note(slot)
    this.order.fewer(slot, this.slots.inFlight[slot])
  }

  private turnToHeap(): void {
    this.commonWeight = 0
    this.order = new LoadHeap(this.slots, this.changes)
    for (let i = 0; i < this.slots.count; i++) this.order.add(this.slots.candidate(i, -1, this.slots.count))
  }
}

class Changes {
  of = new Float64Array(16)
  private count = 0

  note(slot: number): void {
    if (slot >= this.of.length) this.of = grown(this.of, roomFor(slot, this.of.length))
    this.of[slot] = this.count++
  }
}

class LoadHeap extends SlotHeap implements LoadOrder {
  private readonly slots: Slots
  private readonly changes: Changes

  constructor(slots: Slots, changes: Changes) {
    super(new Places())
    this.slots = slots
    this.changes = changes
  }

  more(slot: number): void {
    this.moved(slot)
  }

  fewer(slot: number): void {
    this.moved(slot)
  }

  /** Compares a's in flight / weight with b's by cross multiplication: below 2^31 * 10^6, so exact. */
  protected before(a: number, b: number): boolean {
    const { inFlight, weight } = this.slots
    const difference = inFlight[a] * weight[b] - inFlight[b] * weight[a]
    return difference < 0 || (difference === 0 && this.changes.of[a] < this.changes.of[b])
  }
}
