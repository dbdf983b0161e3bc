import { grown } from '../../common/table.ts'
import { define } from '../../common/define.ts'
import { NO_BACKEND } from '../policy.ts'
import type { Balancer, RequestView } from '../policy.ts'
import { Places, SlotHeap } from '../structures/slot-heap.ts'
import { roomFor, Slots } from '../structures/slots.ts'

const parameters = {
  rule: {
    kind: 'choice',
    default: 'wlc',
    choices: ['wlc', 'sed', 'nq'],
    meaning:
      'wlc: least in flight / weight; sed (shortest expected delay): least (in flight + 1) / weight; nq (never queue): the first idle one, else sed',
  },
} as const

/** Weighted least connections: the kernel's three rules of requests in flight against weight. */
export const weightedLeastConnections = define({
  name: 'weighted-least-connections',
  summary:
    'Fewest requests in flight from here per unit of weight, by one of IPVS’s rules; on ties the backend added last, which stands first in the kernel’s list.',
  source: 'Linux, net/netfilter/ipvs: ip_vs_wlc.c, ip_vs_sed.c, ip_vs_nq.c, ip_vs_ctl.c (a new destination goes to the head of the list)',
  fidelity: 'simplified',
  parameters,
  create: ({ rule }): Balancer => new WeightedLeastConnections(rule),
})

/** A heap in the order that the kernel's walk over its list would find: O(log n) instead of O(n). */
class WeightedLeastConnections implements Balancer {
  private readonly slots = new Slots()
  private readonly heap: LoadHeap

  constructor(rule: string) {
    this.heap = rule === 'wlc' ? new ByLoad(this.slots, 0) : rule === 'sed' ? new ByLoad(this.slots, 1) : new IdleFirst(this.slots)
  }

  added(slot: number, weight: number): void {
    this.slots.add(slot, weight)
    this.heap.joins(slot)
  }

  removed(slot: number): void {
    this.slots.remove(slot)
    this.heap.remove(slot)
  }

  pick(_request: RequestView, exclude: number): number {
    const { slots, heap } = this
    if (slots.count === 0) return NO_BACKEND
    const slot = heap.first(slots.count > 1 ? exclude : NO_BACKEND)
    slots.sent(slot)
    heap.moved(slot)
    return slot
  }

  ended(slot: number): void {
    if (this.slots.ended(slot)) this.heap.moved(slot)
  }
}

abstract class LoadHeap extends SlotHeap {
  protected readonly slots: Slots
  /** Running number of the addition. */
  protected order = new Float64Array(16)
  private additions = 0

  constructor(slots: Slots) {
    super(new Places())
    this.slots = slots
  }

  joins(slot: number): void {
    if (slot >= this.order.length) this.order = grown(this.order, roomFor(slot, this.order.length))
    this.order[slot] = this.additions++
    this.add(slot)
  }
}

/** (In flight + counted) / weight, by cross multiplication as in the kernel: whole numbers below 2^53. */
class ByLoad extends LoadHeap {
  private readonly counted: number

  constructor(slots: Slots, counted: number) {
    super(slots)
    this.counted = counted
  }

  protected before(a: number, b: number): boolean {
    const { inFlight, weight } = this.slots
    const difference = (inFlight[a] + this.counted) * weight[b] - (inFlight[b] + this.counted) * weight[a]
    return difference < 0 || (difference === 0 && this.order[a] > this.order[b])
  }
}

class IdleFirst extends LoadHeap {
  protected before(a: number, b: number): boolean {
    const { inFlight, weight } = this.slots
    if (inFlight[a] === 0 || inFlight[b] === 0) return inFlight[a] === 0 && (inFlight[b] > 0 || this.order[a] > this.order[b])
    const difference = (inFlight[a] + 1) * weight[b] - (inFlight[b] + 1) * weight[a]
    return difference < 0 || (difference === 0 && this.order[a] > this.order[b])
  }
}
