/** What the members that decide as HAProxy have in common: the limit of requests at a backend, and the queue of the section when all are full. */
import { NONE } from '../../../common/ids.ts'
import type { SlotId } from '../../../common/ids.ts'
import { NO_BACKEND, QUEUE } from '../../policy.ts'
import type { Balancer, RequestView } from '../../policy.ts'
import { Slots } from '../slots.ts'
import { MAX_HAPROXY_WEIGHT } from './round-robin.ts'

/** Parameters of a server line, the same for all servers. */
export const haproxyParameters = {
  maxConn: {
    kind: 'integer',
    default: 0,
    min: 0,
    meaning: 'requests from here that a backend holds at once, more are queued here; 0: no limit',
  },
} as const

/** Weight as HAProxy accepts it. */
export const haproxyWeight = (weight: number): number => Math.min(weight, MAX_HAPROXY_WEIGHT)

/** A retry goes to another backend than before, as with `option redispatch 1`. */
export abstract class HaproxyBalancer implements Balancer {
  protected readonly slots = new Slots()
  protected readonly maxConn: number
  private excluded = NONE
  /** Whether a backend must not take the request. */
  protected readonly refuses = (slot: SlotId): boolean =>
    slot === this.excluded || (this.maxConn > 0 && this.slots.inFlight[slot] >= this.maxConn)

  constructor(maxConn: number) {
    this.maxConn = maxConn
  }

  added(slot: SlotId, weight: number): void {
    this.slots.add(slot, weight)
    this.joined(slot, haproxyWeight(weight))
  }

  removed(slot: SlotId): void {
    this.slots.remove(slot)
    this.left(slot)
  }

  pick(request: RequestView, exclude: SlotId): SlotId {
    const { slots } = this
    if (slots.count === 0) return NO_BACKEND
    this.excluded = slots.passesOver(exclude) ? exclude : NONE
    const slot = this.choose(request, this.excluded)
    if (slot === NONE) return QUEUE
    slots.sent(slot)
    this.counted(slot, 1)
    return slot
  }

  ended(slot: SlotId): void {
    if (this.slots.ended(slot)) this.counted(slot, -1)
  }

  /** A backend that does not refuse the request; NONE when there is none. */
  protected abstract choose(request: RequestView, excluded: SlotId): SlotId
  protected abstract joined(slot: SlotId, weight: number): void
  protected abstract left(slot: SlotId): void

  /** The requests in flight have changed by 1 or -1. */
  protected counted(_slot: SlotId, _by: number): void {
    // only the orders by count depend on it
  }
}
