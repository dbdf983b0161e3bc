/** What the members that decide as Caddy have in common: a list of upstreams and the requests that one may hold. */
import { NONE } from '../../../common/ids.ts'
import type { SlotId } from '../../../common/ids.ts'
import { NO_BACKEND, REJECT } from '../../policy.ts'
import type { Balancer, RequestView } from '../../policy.ts'
import { Slots } from '../slots.ts'

/** Parameters of an upstream, the same for all. */
export const caddyParameters = {
  maxRequests: { kind: 'integer', default: 0, min: 0, meaning: 'requests from here that a backend holds at once; 0: no limit' },
} as const

/** Caddy answers 503 when no upstream is available; a retry leaves out the backend tried last. */
export abstract class CaddyBalancer implements Balancer {
  protected readonly slots = new Slots()
  protected readonly maxRequests: number
  private excluded = NONE
  private inOrder: Int32Array | null = null

  constructor(maxRequests: number) {
    this.maxRequests = maxRequests
  }

  added(slot: SlotId, weight: number): void {
    this.slots.add(slot, weight)
    this.inOrder = null
  }

  removed(slot: SlotId): void {
    this.slots.remove(slot)
    this.inOrder = null
    if (this.slots.count === 0) this.emptied()
  }

  pick(request: RequestView, exclude: SlotId): SlotId {
    const { slots } = this
    if (slots.count === 0) return NO_BACKEND
    this.excluded = slots.passesOver(exclude) ? exclude : NONE
    const slot = this.choose(request)
    if (slot === NONE) return REJECT
    slots.sent(slot)
    this.counted(slot, 1)
    return slot
  }

  ended(slot: SlotId): void {
    if (this.slots.ended(slot)) this.counted(slot, -1)
  }

  /** The upstreams in the order of their slots. */
  protected get order(): Int32Array {
    this.inOrder ??= this.slots.inOrder()
    return this.inOrder
  }

  /** Whether the upstream may take the request. */
  protected available(slot: SlotId): boolean {
    return slot !== this.excluded && (this.maxRequests === 0 || this.slots.inFlight[slot] < this.maxRequests)
  }

  /** An available upstream; NONE when there is none. */
  protected abstract choose(request: RequestView): SlotId

  /** The requests in flight have changed by 1 or -1. */
  protected counted(_slot: SlotId, _by: number): void {
    // only orders by count depend on it
  }

  /** The last upstream has left: counters begin again. */
  protected emptied(): void {
    // only counters depend on it
  }
}
