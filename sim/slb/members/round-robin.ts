/** Round robin: each backend in turn, in order of addition. */
import { define } from '../../common/define.ts'
import type { SlotId } from '../../common/ids.ts'
import { NO_BACKEND } from '../policy.ts'
import type { Balancer, RequestView } from '../policy.ts'
import { Ring } from '../structures/ring.ts'
import { Slots } from '../structures/slots.ts'

export const roundRobin = define({
  name: 'round-robin',
  summary: 'Each backend in turn, in order of addition, whatever its weight; an excluded one is skipped and loses this turn.',
  source: 'nginx, ngx_http_upstream_module (the default method, equal weights)',
  fidelity: 'faithful',
  parameters: {},
  create: (): Balancer => new RoundRobin(),
})

class RoundRobin implements Balancer {
  private readonly slots = new Slots()
  private readonly ring = new Ring()

  added(slot: SlotId, weight: number): void {
    this.slots.add(slot, weight)
    this.ring.append(slot)
  }

  removed(slot: SlotId): void {
    this.slots.remove(slot)
    this.ring.remove(slot)
  }

  pick(_request: RequestView, exclude: SlotId): SlotId {
    if (this.slots.count === 0) return NO_BACKEND
    const slot = this.ring.advance()
    return slot === exclude ? this.ring.advance() : slot // a single backend has the next turn too
  }

  ended(): void {
    // loads have no effect
  }
}
