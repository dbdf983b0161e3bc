/** HAProxy's roundrobin: backends at positions of a sequence as long as the sum of the weights. */
import { define } from '../../common/define.ts'
import type { SlotId } from '../../common/ids.ts'
import type { Balancer } from '../policy.ts'
import { HaproxyBalancer, haproxyParameters } from '../structures/haproxy/balancer.ts'
import { HaproxyRoundRobin } from '../structures/haproxy/round-robin.ts'

export const haproxyRoundrobin = define({
  name: 'haproxy-roundrobin',
  summary:
    'HAProxy: in proportion to the weights, each backend where its share of the sequence places it; the heaviest, then the first added on ties.',
  source: 'HAProxy 2.6.12, src/lb_fwrr.c; recordings of it',
  fidelity: 'faithful',
  parameters: haproxyParameters,
  create: ({ maxConn }): Balancer => new HaproxyRoundrobin(maxConn),
})

class HaproxyRoundrobin extends HaproxyBalancer {
  private readonly turns = new HaproxyRoundRobin()

  explain(slot: SlotId): Readonly<Record<string, number>> {
    return this.turns.explain(slot)
  }

  protected choose(): SlotId {
    return this.turns.pick(this.refuses)
  }

  protected joined(slot: SlotId, weight: number): void {
    this.turns.add(slot, weight)
  }

  protected left(slot: SlotId): void {
    this.turns.remove(slot)
  }
}
