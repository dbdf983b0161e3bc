/** Central queue: requests wait in one queue before all backends, until a backend holds fewer than its limit. */
import { define } from '../../common/define.ts'
import type { Values } from '../../common/define.ts'
import type { SlotId } from '../../common/ids.ts'
import { NO_BACKEND, QUEUE, REJECT } from '../policy.ts'
import type { Balancer, RequestView } from '../policy.ts'
import { CountBuckets } from '../structures/count-buckets.ts'
import { Slots } from '../structures/slots.ts'
import { Twin } from '../structures/twin.ts'
import type { ListedBackend } from '../structures/twin.ts'

const parameters = {
  limit: { kind: 'integer', default: 1, min: 1, meaning: 'requests from this balancer that a backend holds at once (HAProxy: maxconn)' },
  capacity: {
    kind: 'integer',
    default: 1024,
    min: 0,
    meaning: 'requests that this balancer queues; one more is rejected; 0: no queue (nginx: queue)',
  },
} as const

export const centralQueue = define({
  name: 'central-queue',
  summary:
    'Fewest requests in flight from here, at most `limit` at each backend; further requests wait in one queue, first in, first out. On ties the backend whose count has been unchanged longest.',
  source:
    'HAProxy, maxconn of a server and the queue of the backend; nginx, queue of an upstream (bounded); Kleinrock 1975, Queueing Systems I (M/M/c, M/M/c/K)',
  fidelity: 'simplified',
  parameters,
  create: (values): Balancer => new CentralQueue(values),
})

/** The instance keeps the queue (policy.ts); what is decided here is whether a backend is below its limit. Lists by count: O(1) for each step. */
class CentralQueue implements Balancer {
  private readonly slots = new Slots()
  private readonly order = new CountBuckets()
  private readonly limit: number
  private readonly capacity: number

  constructor({ limit, capacity }: Values<typeof parameters>) {
    this.limit = limit
    this.capacity = capacity
  }

  added(slot: SlotId, weight: number): void {
    this.slots.add(slot, weight)
    this.order.add(slot)
  }

  removed(slot: SlotId): void {
    const count = this.slots.inFlight[slot]
    this.slots.remove(slot)
    this.order.remove(slot, count)
  }

  pick(request: RequestView, exclude: SlotId): SlotId {
    const { slots, order } = this
    if (slots.count === 0) return NO_BACKEND
    const slot = order.first(slots.count > 1 ? exclude : NO_BACKEND)
    if (slots.inFlight[slot] >= this.limit) return request.queued < this.capacity ? QUEUE : REJECT
    slots.sent(slot)
    order.more(slot, slots.inFlight[slot])
    return slot
  }

  ended(slot: SlotId): void {
    if (this.slots.ended(slot)) this.order.fewer(slot, this.slots.inFlight[slot])
  }
}

/** Compares all: fewest in flight, then the change longest ago. */
export class CentralQueueTwin extends Twin<ListedBackend & { inFlight: number; changed: number }> implements Balancer {
  private readonly limit: number
  private readonly capacity: number
  private changes = 0

  constructor(limit: number, capacity: number) {
    super()
    this.limit = limit
    this.capacity = capacity
  }

  added(slot: SlotId, weight: number): void {
    this.backends.push({ slot, weight, inFlight: 0, changed: this.changes++ })
  }

  pick({ queued }: RequestView, exclude: SlotId): SlotId {
    const usable = this.usable(exclude)
    if (usable.length === 0) return NO_BACKEND
    const [best] = [...usable].sort((a, b) => a.inFlight - b.inFlight || a.changed - b.changed)
    if (best.inFlight >= this.limit) return queued < this.capacity ? QUEUE : REJECT
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
