/** Least connections: the backend with the fewest requests in flight from here, per unit of weight. */
import { define } from '../../common/define.ts'
import type { SlotId } from '../../common/ids.ts'
import { NO_BACKEND } from '../policy.ts'
import type { Balancer, RequestView } from '../policy.ts'
import { CountBuckets } from '../structures/count-buckets.ts'
import type { LoadOrder } from '../structures/load-order.ts'
import { RunningNumbers } from '../structures/running-numbers.ts'
import { SlotHeap } from '../structures/slot-heap.ts'
import { Slots } from '../structures/slots.ts'
import { Twin } from '../structures/twin.ts'
import type { ListedBackend } from '../structures/twin.ts'

export const leastConnections = define({
  name: 'least-connections',
  summary: 'Fewest requests in flight from here per unit of weight; on ties the one whose count has been unchanged longest.',
  source: 'HAProxy, balance leastconn (ties first in, first out); the key is in flight / weight as in nginx least_conn',
  fidelity: 'simplified',
  parameters: {},
  create: (): Balancer => new LeastConnections(),
})

/**
 * Equal weights, the common case: lists by count, O(1). From the first weight that differs: a heap, O(log n). Both keep the same order, by (in flight / weight, time
 * of the last change), so the switch has no effect on the picks.
 */
class LeastConnections implements Balancer {
  private readonly slots = new Slots()
  /** By slot: when its count changed last. */
  private readonly changes = new RunningNumbers()
  private order: LoadOrder = new CountBuckets()
  /** The weight of all; 0 once they have differed, until the set is empty again. */
  private commonWeight = 0

  added(slot: SlotId, weight: number): void {
    if (this.slots.count === 0) {
      this.order = new CountBuckets()
      this.commonWeight = weight
    } else if (this.commonWeight !== 0 && weight !== this.commonWeight) {
      this.switchToHeap()
    }
    this.slots.add(slot, weight)
    this.changes.note(slot)
    this.order.add(slot)
  }

  removed(slot: SlotId): void {
    const count = this.slots.inFlight[slot]
    this.slots.remove(slot)
    this.order.remove(slot, count)
  }

  pick(_request: RequestView, exclude: SlotId): SlotId {
    const { slots } = this
    if (slots.count === 0) return NO_BACKEND
    const slot = this.order.first(slots.count > 1 ? exclude : NO_BACKEND)
    slots.sent(slot)
    this.changes.note(slot)
    this.order.more(slot, slots.inFlight[slot])
    return slot
  }

  ended(slot: SlotId): void {
    if (!this.slots.ended(slot)) return
    this.changes.note(slot)
    this.order.fewer(slot, this.slots.inFlight[slot])
  }

  private switchToHeap(): void {
    this.commonWeight = 0
    this.order = new LoadHeap(this.slots, this.changes)
    for (let i = 0; i < this.slots.count; i++) this.order.add(this.slots.candidate(i, NO_BACKEND, this.slots.count))
  }
}

class LoadHeap extends SlotHeap implements LoadOrder {
  private readonly slots: Slots
  private readonly changes: RunningNumbers

  constructor(slots: Slots, changes: RunningNumbers) {
    super()
    this.slots = slots
    this.changes = changes
  }

  more(slot: SlotId): void {
    this.moved(slot)
  }

  fewer(slot: SlotId): void {
    this.moved(slot)
  }

  /** Compares a's in flight / weight with b's by cross multiplication: below 2^31 * 10^6, so exact. */
  protected before(a: SlotId, b: SlotId): boolean {
    const { inFlight, weight } = this.slots
    const difference = inFlight[a] * weight[b] - inFlight[b] * weight[a]
    return difference < 0 || (difference === 0 && this.changes.of[a] < this.changes.of[b])
  }
}

/** Compares all backends: the least in flight / weight, then the change longest ago. */
export class LeastConnectionsTwin extends Twin<ListedBackend & { inFlight: number; changed: number }> implements Balancer {
  private changes = 0

  added(slot: SlotId, weight: number): void {
    this.backends.push({ slot, weight, inFlight: 0, changed: this.changes++ })
  }

  pick(_request: RequestView, exclude: SlotId): SlotId {
    const usable = this.usable(exclude)
    if (usable.length === 0) return NO_BACKEND
    let best = usable[0]
    for (const backend of usable) {
      const difference = backend.inFlight * best.weight - best.inFlight * backend.weight
      if (difference < 0 || (difference === 0 && backend.changed < best.changed)) best = backend
    }
    best.inFlight++
    best.changed = this.changes++
    return best.slot
  }

  ended(slot: SlotId): void {
    const backend = this.find(slot)
    if (backend === undefined || backend.inFlight === 0) return
    backend.inFlight--
    backend.changed = this.changes++
  }
}
