/** The virtual servers of one node in the mode ipvs: the kernel's scheduler for the endpoints that the node's rules have. */
import { createChosen, type Chosen } from '../../common/define.ts'
import { NONE, type SlotId, type Time } from '../../common/ids.ts'
import {
  NO_BACKEND,
  type Balancer,
  type BalancerDefinition,
  type BalancingContext,
  type Outcome,
  type RequestView,
} from '../../slb/policy.ts'
import type { EndpointView } from './endpoint-history.ts'

export class VirtualServer implements Balancer {
  private readonly scheduler: Balancer
  /** Epochs of the slots that the scheduler has. */
  private readonly epochs = new Map<SlotId, number>()
  private view: EndpointView | null = null
  private chosen: Int32Array | null = null

  constructor(chosen: Chosen<BalancerDefinition>, context: BalancingContext) {
    this.scheduler = createChosen(chosen, context)
  }

  /** The rules of a sync: endpoints of the view at these places. */
  program(view: EndpointView, chosen: Int32Array | null): void {
    if (view === this.view && chosen === this.chosen) return
    this.view = view
    this.chosen = chosen
    const count = chosen === null ? view.slots.length : chosen.length
    const wanted = new Map<SlotId, number>()
    for (let i = 0; i < count; i++) {
      const place = chosen === null ? i : chosen[i]
      wanted.set(view.slots[place], view.epochs[place])
    }
    for (const [slot, epoch] of this.epochs) {
      if (wanted.get(slot) === epoch) continue
      this.epochs.delete(slot)
      this.scheduler.removed(slot)
    }
    for (const [slot, epoch] of wanted) {
      if (this.epochs.has(slot)) continue
      this.epochs.set(slot, epoch)
      this.scheduler.added(slot, 1)
    }
  }

  pick(request: RequestView): SlotId {
    return this.epochs.size === 0 ? NO_BACKEND : this.scheduler.pick(request, NONE)
  }

  ended(slot: SlotId, latency: Time, outcome: Outcome): void {
    if (this.epochs.has(slot)) this.scheduler.ended(slot, latency, outcome)
  }

  added(): void {}

  removed(): void {}
}
