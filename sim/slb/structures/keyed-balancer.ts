/** A balancer that sends the requests of a client to the backend of the client's key, and requests without a client to a random one. */
import type { SlotId } from '../../common/ids.ts'
import type { RandomStream } from '../../random/stream.ts'
import { NO_BACKEND, shareOf, type Balancer, type BalancingContext, type RequestView } from '../policy.ts'
import type { KeyMap } from './key-map.ts'
import { BackendSet } from './slots.ts'

export class KeyedBalancer implements Balancer {
  private readonly slots: BackendSet
  private readonly map: KeyMap
  private readonly leads: boolean
  private readonly random: RandomStream

  /** @param mapOf makes the map, once for all instances that share their backends */
  constructor(context: BalancingContext, mapOf: (slots: BackendSet) => KeyMap) {
    const { value, leads } = shareOf(context, () => {
      const slots = new BackendSet()
      return { slots, map: mapOf(slots) }
    })
    this.slots = value.slots
    this.map = value.map
    this.leads = leads
    this.random = context.random
  }

  added(slot: SlotId, weight: number): void {
    if (!this.leads) return
    this.slots.add(slot, weight)
    this.map.add(slot, weight)
  }

  removed(slot: SlotId): void {
    if (!this.leads) return
    this.slots.remove(slot)
    this.map.remove(slot, this.slots.weight[slot])
  }

  pick(request: RequestView, exclude: SlotId): SlotId {
    const { slots } = this
    const candidates = slots.candidates(exclude)
    if (candidates === 0) return NO_BACKEND
    if (request.client < 0) return slots.candidate(this.random.int(candidates), exclude, candidates)
    return this.map.find(request.client, slots.passesOver(exclude) ? exclude : NO_BACKEND)
  }

  ended(): void {
    // loads have no effect
  }
}
