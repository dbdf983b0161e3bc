/** HAProxy's leastconn: the fewest requests per weight in whole numbers, in turn among equals. */
import { define } from '../../common/define.ts'
import type { SlotId } from '../../common/ids.ts'
import type { Balancer, RequestView } from '../policy.ts'
import { HaproxyBalancer, haproxyParameters } from '../structures/haproxy/balancer.ts'
import { HaproxyLeastConn } from '../structures/haproxy/least-conn.ts'

export const haproxyLeastconn = define({
  name: 'haproxy-leastconn',
  summary:
    'HAProxy: least (requests in flight from here + 1) / weight, rounded down, idle backends first whatever their weight; the one whose place is oldest on ties.',
  source: 'HAProxy 2.6.12, src/lb_fwlc.c; recordings of it',
  fidelity: 'faithful',
  parameters: haproxyParameters,
  create: ({ maxConn }): Balancer => new HaproxyLeastconn(maxConn),
})

class HaproxyLeastconn extends HaproxyBalancer {
  private readonly counts = new HaproxyLeastConn()

  explain(slot: SlotId): Readonly<Record<string, number>> {
    return { key: this.counts.keyOf(slot) }
  }

  protected choose(_request: RequestView, excluded: SlotId): SlotId {
    return this.counts.first(excluded)
  }

  protected joined(slot: SlotId, weight: number): void {
    this.counts.append(slot, weight, this.maxConn)
  }

  protected left(slot: SlotId): void {
    this.counts.drop(slot)
  }

  protected override counted(slot: SlotId, by: number): void {
    this.counts.change(slot, by)
  }
}
