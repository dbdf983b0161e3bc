/** Weighted least connections: the backend that one of the Linux kernel's three rules of requests in flight against weight selects. */
import { define } from '../../common/define.ts'
import type { SlotId } from '../../common/ids.ts'
import { NO_BACKEND } from '../policy.ts'
import type { Balancer, RequestView } from '../policy.ts'
import { RunningNumbers } from '../structures/running-numbers.ts'
import { SlotHeap } from '../structures/slot-heap.ts'
import { Slots } from '../structures/slots.ts'
import { Twin } from '../structures/twin.ts'
import type { ListedBackend } from '../structures/twin.ts'

const parameters = {
  rule: {
    kind: 'choice',
    default: 'wlc',
    choices: ['wlc', 'sed', 'nq'],
    meaning:
      'wlc: least in flight / weight; sed (shortest expected delay): least (in flight + 1) / weight; nq (never queue): the first idle one, else sed',
  },
} as const

export const weightedLeastConnections = define({
  name: 'weighted-least-connections',
  summary:
    'Fewest requests in flight from here per unit of weight, by one of IPVS’s rules; on ties the backend added last, which is first in the kernel’s list.',
  source:
    'Linux, net/netfilter/ipvs: ip_vs_wlc.c, ip_vs_sed.c, ip_vs_nq.c, ip_vs_ctl.c (a new destination is inserted at the head of the list)',
  fidelity: 'simplified',
  parameters,
  create: ({ rule }): Balancer => new WeightedLeastConnections(rule),
})

/** A heap in the order in which the kernel's scan of its list decides: O(log n) instead of O(n). */
class WeightedLeastConnections implements Balancer {
  private readonly slots = new Slots()
  private readonly heap: LoadHeap

  constructor(rule: string) {
    this.heap = rule === 'wlc' ? new ByLoad(this.slots, 0) : rule === 'sed' ? new ByLoad(this.slots, 1) : new IdleFirst(this.slots)
  }

  added(slot: SlotId, weight: number): void {
    this.slots.add(slot, weight)
    this.heap.append(slot)
  }

  removed(slot: SlotId): void {
    this.slots.remove(slot)
    this.heap.remove(slot)
  }

  pick(_request: RequestView, exclude: SlotId): SlotId {
    const { slots, heap } = this
    if (slots.count === 0) return NO_BACKEND
    const slot = heap.first(slots.count > 1 ? exclude : NO_BACKEND)
    slots.sent(slot)
    heap.moved(slot)
    return slot
  }

  ended(slot: SlotId): void {
    if (this.slots.ended(slot)) this.heap.moved(slot)
  }
}

abstract class LoadHeap extends SlotHeap {
  protected readonly slots: Slots
  protected readonly additions = new RunningNumbers()

  constructor(slots: Slots) {
    super()
    this.slots = slots
  }

  append(slot: SlotId): void {
    this.additions.note(slot)
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

  protected before(a: SlotId, b: SlotId): boolean {
    const { inFlight, weight } = this.slots
    const difference = (inFlight[a] + this.counted) * weight[b] - (inFlight[b] + this.counted) * weight[a]
    return difference < 0 || (difference === 0 && this.additions.of[a] > this.additions.of[b])
  }
}

/** Idle backends first, the others by (in flight + 1) / weight. */
class IdleFirst extends LoadHeap {
  protected before(a: SlotId, b: SlotId): boolean {
    const { inFlight, weight } = this.slots
    const order = this.additions.of
    if (inFlight[a] === 0 || inFlight[b] === 0) return inFlight[a] === 0 && (inFlight[b] > 0 || order[a] > order[b])
    const difference = (inFlight[a] + 1) * weight[b] - (inFlight[b] + 1) * weight[a]
    return difference < 0 || (difference === 0 && order[a] > order[b])
  }
}

/** The kernel's scan for wlc, sed and nq: the list begins with the backend added last, and only a strictly better one replaces the best so far. */
export class WeightedLeastConnectionsTwin extends Twin<ListedBackend & { inFlight: number }> implements Balancer {
  private readonly rule: string

  constructor(rule: string) {
    super()
    this.rule = rule
  }

  added(slot: SlotId, weight: number): void {
    this.backends.unshift({ slot, weight, inFlight: 0 })
  }

  pick(_request: RequestView, exclude: SlotId): SlotId {
    const usable = this.usable(exclude)
    if (usable.length === 0) return NO_BACKEND
    const idle = usable.find(({ inFlight }) => inFlight === 0)
    const overhead = ({ inFlight }: { inFlight: number }): number => (this.rule === 'wlc' ? inFlight : inFlight + 1)
    let best = usable[0]
    for (const backend of usable) if (overhead(backend) * best.weight < overhead(best) * backend.weight) best = backend
    if (this.rule === 'nq' && idle !== undefined) best = idle
    best.inFlight++
    return best.slot
  }

  ended(slot: SlotId): void {
    const backend = this.find(slot)
    if (backend !== undefined && backend.inFlight > 0) backend.inFlight--
  }
}
