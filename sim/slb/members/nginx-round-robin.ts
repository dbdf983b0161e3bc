/** nginx's default method: smooth weighted round robin that lowers the weight of backends that fail. */
import { define } from '../../common/define.ts'
import type { SlotId } from '../../common/ids.ts'
import type { Balancer, BalancingContext, RequestView } from '../policy.ts'
import { NginxBalancer, nginxParameters } from '../structures/nginx/balancer.ts'

export const nginxRoundRobin = define({
  name: 'nginx-round-robin',
  summary:
    'nginx: in proportion to the weights and evenly spread; failures lower the weight and, after `maxFails`, leave the backend out; the first added on ties.',
  source: 'nginx 1.22.1, ngx_http_upstream_round_robin.c; recordings of it',
  fidelity: 'faithful',
  parameters: nginxParameters,
  create: (values, context: BalancingContext): Balancer => new NginxRoundRobin(values, context),
})

/** `weighted-round-robin` gives the same sequence while nothing fails, without a scan. */
class NginxRoundRobin extends NginxBalancer {
  protected choose(_request: RequestView, now: number): SlotId {
    return this.peers.roundRobin(now)
  }
}
