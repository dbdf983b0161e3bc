/** HAProxy's static-rr: turns in a map that holds each backend as often as its weight says. */
import { define } from '../../common/define.ts'
import type { SlotId } from '../../common/ids.ts'
import type { Balancer } from '../policy.ts'
import { HaproxyBalancer, haproxyParameters, haproxyWeight } from '../structures/haproxy/balancer.ts'
import { MapTurns, staticMap } from '../structures/haproxy/static-map.ts'

export const haproxyStaticRr = define({
  name: 'haproxy-static-rr',
  summary: 'HAProxy: turns in a map of the backends, each as often as its weight says; the lowest slot first on ties.',
  source: 'HAProxy 2.6.12, src/lb_map.c; recordings of it',
  fidelity: 'faithful',
  parameters: haproxyParameters,
  create: ({ maxConn }): Balancer => new HaproxyStaticRr(maxConn),
})

class HaproxyStaticRr extends HaproxyBalancer {
  private readonly turns = new MapTurns()
  private map: Int32Array | null = null

  protected choose(): SlotId {
    const { slots } = this
    this.map ??= staticMap(Array.from(slots.inOrder(), (slot) => ({ slot, weight: haproxyWeight(slots.weight[slot]) })))
    return this.turns.next(this.map, this.refuses)
  }

  protected joined(): void {
    this.map = null
  }

  protected left(): void {
    this.map = null
    if (this.slots.count === 0) this.turns.reset()
  }
}
