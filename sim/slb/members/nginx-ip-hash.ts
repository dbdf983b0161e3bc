/** nginx's ip_hash: the backend that the first three bytes of the client's address select. */
import { define } from '../../common/define.ts'
import { NONE } from '../../common/ids.ts'
import type { SlotId } from '../../common/ids.ts'
import type { Balancer, BalancingContext, RequestView } from '../policy.ts'
import { clientAddress } from '../structures/addresses.ts'
import { NginxBalancer, nginxParameters } from '../structures/nginx/balancer.ts'
import { ipHash } from '../structures/nginx/hashing.ts'

export const nginxIpHash = define({
  name: 'nginx-ip-hash',
  summary:
    'nginx: the backend that a hash of the client’s /24 network selects, in proportion to weights; round robin after 20 hashes without a usable one and for requests without a client.',
  source: 'nginx 1.22.1, ngx_http_upstream_ip_hash_module.c; recordings of it',
  fidelity: 'faithful',
  parameters: nginxParameters,
  create: (values, context: BalancingContext): Balancer => new NginxIpHash(values, context),
})

class NginxIpHash extends NginxBalancer {
  protected choose({ client }: RequestView, now: number): SlotId {
    const { peers } = this
    if (client < 0 || peers.single) return peers.roundRobin(now)
    const slot = ipHash(peers, clientAddress(client), now)
    return slot === NONE ? peers.roundRobin(now) : peers.sent(slot, now)
  }
}
