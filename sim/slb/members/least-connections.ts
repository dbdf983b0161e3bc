/** Least connections: the backend with the fewest requests in flight from here, per unit of weight. */
import { define } from '../../common/define.ts'
import type { SlotId } from '../../common/ids.ts'
import { NO_BACKEND, shareOf } from '../policy.ts'
import type { Balancer, BalancingContext, RequestView } from '../policy.ts'
import { CountBuckets } from '../structures/count-buckets.ts'
import type { LoadOrder } from '../structures/load-order.ts'
import { Ring } from '../structures/ring.ts'
import { RunningNumbers } from '../structures/running-numbers.ts'
import { SlotHeap } from '../structures/slot-heap.ts'
import { BackendSet, Flights } from '../structures/slots.ts'
import { Unused } from '../structures/unused.ts'
import { Twin } from '../structures/twin.ts'
import type { ListedBackend } from '../structures/twin.ts'

export const leastConnections = define({
  name: 'least-connections',
  summary: 'Fewest requests in flight from here per unit of weight; on ties the one whose count has been unchanged longest.',
  source: 'HAProxy, balance leastconn (ties first in, first out); the key is in flight / weight as in nginx least_conn',
  fidelity: 'simplified',
  parameters: {},
  create: (_values, context: BalancingContext): Balancer => new LeastConnections(context),
})

/** What the balancers of a service know alike. */
class Backends {
  readonly set = new BackendSet()
  /** In order of addition. */
  readonly ring = new Ring()
  /** The weight of all; 0 once they have differed, until the set is empty again. */
  commonWeight = 0

  add(slot: SlotId, weight: number): void {
    if (this.set.count === 0) this.commonWeight = weight
    else if (weight !== this.commonWeight) this.commonWeight = 0
    this.set.add(slot, weight)
    this.ring.append(slot)
  }

  remove(slot: SlotId): void {
    this.set.remove(slot)
    this.ring.remove(slot)
  }
}

/**
 * Equal weights, the common case: lists by count, O(1), in which a backend has a place once it was picked here; before, it is in the order of addition that all
 * balancers of the service share. From the first weight that differs: a heap of all, O(log n). Both keep the same order, by (in flight / weight, time of the last
 * change), so the switch has no effect on the picks.
 */
class LeastConnections implements Balancer {
  private readonly backends: Backends
  private readonly leads: boolean
  private readonly flights = new Flights()
  /** By slot: when its count changed last; 0 for a backend that was there before the first pick and never picked. */
  private readonly changes = new RunningNumbers(1)
  /** Backends that were there before the first pick and were never picked: all before those of count 0 in `order`, whose last change is later. */
  private readonly unused: Unused
  private order: LoadOrder = new CountBuckets()
  private heap = false
  /** Before the first pick nothing is kept here. */
  private picks = false

  constructor(context: BalancingContext) {
    const { value, leads } = shareOf(context, () => new Backends())
    this.backends = value
    this.leads = leads
    this.unused = new Unused(value.ring, this.changes)
  }

  added(slot: SlotId, weight: number): void {
    const { backends } = this
    if (this.leads) backends.add(slot, weight)
    if (!this.picks) return
    if (backends.set.count === 1) {
      this.order = new CountBuckets()
      this.heap = false
    } else if (backends.commonWeight === 0 && !this.heap) this.switchToHeap(slot)
    this.place(slot)
  }

  removed(slot: SlotId): void {
    if (this.picks) {
      this.unused.leaves(slot)
      if (this.heap || this.changes.has(slot)) this.order.remove(slot, this.flights.inFlight[slot])
      this.changes.forget(slot)
      this.flights.forget(slot)
    }
    if (this.leads) this.backends.remove(slot)
  }

  pick(_request: RequestView, exclude: SlotId): SlotId {
    const { set } = this.backends
    if (set.count === 0) return NO_BACKEND
    if (!this.picks) this.begin()
    const slot = this.first(set.count > 1 ? exclude : NO_BACKEND)
    this.flights.sent(slot)
    this.changes.note(slot)
    this.order.more(slot, this.flights.inFlight[slot])
    return slot
  }

  ended(slot: SlotId): void {
    if (!this.flights.ended(slot)) return
    this.changes.note(slot)
    this.order.fewer(slot, this.flights.inFlight[slot])
  }

  private begin(): void {
    this.picks = true
    this.unused.open()
    if (this.backends.commonWeight === 0) this.switchToHeap(NO_BACKEND)
  }

  /** The least loaded but `exclude`. It has a place in the order from now on. */
  private first(exclude: SlotId): SlotId {
    const slot = this.unused.first(exclude)
    if (slot === NO_BACKEND) return this.order.first(exclude)
    this.unused.take(slot)
    this.place(slot)
    return slot
  }

  private place(slot: SlotId): void {
    this.flights.reserve(slot + 1)
    this.changes.note(slot)
    this.order.add(slot)
  }

  /** With all but `without`, which is about to be placed. */
  private switchToHeap(without: SlotId): void {
    const { set } = this.backends
    this.heap = true
    this.unused.close()
    this.flights.reserve(set.rows)
    this.order = new LoadHeap(set, this.flights, this.changes)
    for (let i = 0; i < set.count; i++) {
      const slot = set.candidate(i, NO_BACKEND, set.count)
      if (slot !== without) this.order.add(slot)
    }
  }
}

class LoadHeap extends SlotHeap implements LoadOrder {
  private readonly set: BackendSet
  private readonly flights: Flights
  private readonly changes: RunningNumbers

  constructor(set: BackendSet, flights: Flights, changes: RunningNumbers) {
    super()
    this.set = set
    this.flights = flights
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
    const { weight } = this.set
    const { inFlight } = this.flights
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
