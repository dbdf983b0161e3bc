/** HAProxy's first: the first backend that is not full, so that the last ones stay idle. */
import { define } from '../../common/define.ts'
import type { SlotId } from '../../common/ids.ts'
import type { Balancer, RequestView } from '../policy.ts'
import { FreeSlots } from '../structures/free-slots.ts'
import { HaproxyBalancer } from '../structures/haproxy/balancer.ts'

export const haproxyFirst = define({
  name: 'haproxy-first',
  summary:
    'HAProxy: the backend in the lowest slot that holds fewer than `maxConn` requests from here; when all are full, requests are queued here.',
  source: 'HAProxy 2.6.12, src/lb_fas.c; recordings of it',
  fidelity: 'faithful',
  parameters: { maxConn: { kind: 'integer', default: 10, min: 1, meaning: 'requests from here that a backend holds at once' } },
  create: ({ maxConn }): Balancer => new HaproxyFirst(maxConn),
})

class HaproxyFirst extends HaproxyBalancer {
  private readonly free = new FreeSlots(this.slots, this.maxConn)

  override removed(slot: SlotId): void {
    this.free.leaves(slot)
    super.removed(slot)
  }

  protected choose(_request: RequestView, excluded: SlotId): SlotId {
    return this.free.first(excluded)
  }

  protected joined(slot: SlotId): void {
    this.free.add(slot)
  }

  protected left(): void {
    // see removed
  }

  protected override counted(slot: SlotId, by: number): void {
    this.free.counted(slot, by)
  }
}
