/** Round robin: each backend in turn, in order of addition. */
import { define } from '../../common/define.ts'
import type { SlotId } from '../../common/ids.ts'
import { NO_BACKEND, shareOf } from '../policy.ts'
import type { Balancer, BalancingContext, RequestView } from '../policy.ts'
import { Ring, Turns } from '../structures/ring.ts'
import { BackendSet } from '../structures/slots.ts'

export const roundRobin = define({
  name: 'round-robin',
  summary: 'Each backend in turn, in order of addition, whatever its weight; an excluded one is skipped and loses this turn.',
  source: 'nginx, ngx_http_upstream_module (the default method, equal weights)',
  fidelity: 'faithful',
  parameters: {},
  create: (_values, context: BalancingContext): Balancer => new RoundRobin(context),
})

class RoundRobin implements Balancer {
  private readonly slots: BackendSet
  private readonly ring: Ring
  private readonly leads: boolean
  private readonly turns: Turns

  constructor(context: BalancingContext) {
    const { value, leads } = shareOf(context, () => ({ slots: new BackendSet(), ring: new Ring() }))
    this.slots = value.slots
    this.ring = value.ring
    this.leads = leads
    this.turns = new Turns(value.ring)
  }

  added(slot: SlotId, weight: number): void {
    if (!this.leads) return
    this.slots.add(slot, weight)
    this.ring.append(slot)
  }

  removed(slot: SlotId): void {
    this.turns.leaves(slot)
    if (!this.leads) return
    this.slots.remove(slot)
    this.ring.remove(slot)
  }

  pick(_request: RequestView, exclude: SlotId): SlotId {
    if (this.slots.count === 0) return NO_BACKEND
    const slot = this.turns.advance()
    return slot === exclude ? this.turns.advance() : slot // a single backend has the next turn too
  }

  ended(): void {
    // loads have no effect
  }
}
