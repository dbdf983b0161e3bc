/** Caddy's first: the first upstream that is not full. */
import { define } from '../../common/define.ts'
import { NONE } from '../../common/ids.ts'
import type { SlotId } from '../../common/ids.ts'
import type { Balancer } from '../policy.ts'
import { CaddyBalancer } from '../structures/caddy/balancer.ts'
import { FreeSlots } from '../structures/free-slots.ts'

export const caddyFirst = define({
  name: 'caddy-first',
  summary:
    'Caddy: the backend in the lowest slot that holds fewer than `maxRequests` requests from here; when all are full, a request is rejected.',
  source: 'Caddy 2.11.7, FirstSelection; recordings of it',
  fidelity: 'faithful',
  parameters: { maxRequests: { kind: 'integer', default: 10, min: 1, meaning: 'requests from here that a backend holds at once' } },
  create: ({ maxRequests }): Balancer => new CaddyFirst(maxRequests),
})

class CaddyFirst extends CaddyBalancer {
  private readonly free = new FreeSlots(this.slots, this.maxRequests)

  override added(slot: SlotId, weight: number): void {
    super.added(slot, weight)
    this.free.add(slot)
  }

  override removed(slot: SlotId): void {
    this.free.leaves(slot)
    super.removed(slot)
  }

  protected choose(): SlotId {
    const first = this.free.first(NONE)
    return first === NONE || this.available(first) ? first : this.free.first(first)
  }

  protected override counted(slot: SlotId, by: number): void {
    this.free.counted(slot, by)
  }
}
