/** nginx's random: a weighted draw, or of two the one with fewer requests in flight per weight. */
import { define } from '../../common/define.ts'
import type { Values } from '../../common/define.ts'
import type { SlotId } from '../../common/ids.ts'
import type { Balancer, BalancingContext, RequestView } from '../policy.ts'
import { NginxBalancer, nginxParameters } from '../structures/nginx/balancer.ts'

const parameters = {
  ...nginxParameters,
  two: { kind: 'boolean', default: false, meaning: 'random two least_conn: of two different ones drawn, the fewer in flight per weight' },
} as const

export const nginxRandom = define({
  name: 'nginx-random',
  summary:
    'nginx: any usable backend in proportion to weights; with `two` the one of two with fewer requests in flight per weight, the second drawn on ties.',
  source: 'nginx 1.22.1, ngx_http_upstream_random_module.c; recordings of it',
  fidelity: 'faithful',
  parameters,
  create: (values, context: BalancingContext): Balancer => new NginxRandom(values, context),
})

class NginxRandom extends NginxBalancer {
  private readonly two: boolean

  constructor(values: Values<typeof parameters>, context: BalancingContext) {
    super(values, context)
    this.two = values.two
  }

  protected choose(_request: RequestView, now: number): SlotId {
    return this.peers.random(this.two, this.random, now)
  }
}
