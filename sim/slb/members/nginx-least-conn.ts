/** nginx's least_conn: the fewest requests in flight per weight, and its weighted round robin among equals. */
import { define } from '../../common/define.ts'
import type { SlotId } from '../../common/ids.ts'
import type { Balancer, BalancingContext, RequestView } from '../policy.ts'
import { NginxBalancer, nginxParameters } from '../structures/nginx/balancer.ts'

export const nginxLeastConn = define({
  name: 'nginx-least-conn',
  summary: 'nginx: fewest requests in flight from here per weight; on ties smooth weighted round robin among the tied.',
  source: 'nginx 1.22.1, ngx_http_upstream_least_conn_module.c; recordings of it',
  fidelity: 'faithful',
  parameters: nginxParameters,
  create: (values, context: BalancingContext): Balancer => new NginxLeastConn(values, context),
})

class NginxLeastConn extends NginxBalancer {
  protected choose(_request: RequestView, now: number): SlotId {
    return this.peers.leastConn(now)
  }
}
