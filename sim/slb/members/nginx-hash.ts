/** nginx's hash: the backend that a hash of the client's address selects, by remainder or on a consistent ring. */
import { define } from '../../common/define.ts'
import type { Values } from '../../common/define.ts'
import { NONE } from '../../common/ids.ts'
import type { SlotId } from '../../common/ids.ts'
import type { Balancer, BalancingContext, RequestView } from '../policy.ts'
import { backendName, clientName } from '../structures/addresses.ts'
import { bytesOf } from '../structures/hashes/bytes.ts'
import { NginxBalancer, nginxParameters } from '../structures/nginx/balancer.ts'
import { keyHash, NginxRing } from '../structures/nginx/hashing.ts'

const parameters = {
  ...nginxParameters,
  consistent: {
    kind: 'boolean',
    default: false,
    meaning: 'a ring with 160 points per unit of weight: only the clients of a backend that leaves move',
  },
} as const

export const nginxHash = define({
  name: 'nginx-hash',
  summary:
    'nginx: the backend that the CRC-32 of the client’s address selects, in proportion to weights; round robin for requests without a client.',
  source: 'nginx 1.22.1, ngx_http_upstream_hash_module.c; recordings of it',
  fidelity: 'faithful',
  parameters,
  create: (values, context: BalancingContext): Balancer => new NginxHash(values, context),
})

class NginxHash extends NginxBalancer {
  private readonly consistent: boolean
  private ring: NginxRing | null = null

  constructor(values: Values<typeof parameters>, context: BalancingContext) {
    super(values, context)
    this.consistent = values.consistent
  }

  protected choose({ client }: RequestView, now: number): SlotId {
    const { peers } = this
    if (client < 0 || peers.single) return peers.roundRobin(now)
    const key = bytesOf(clientName(client))
    const slot = this.consistent ? this.built().find(key, (candidate) => peers.usable(candidate, now)) : keyHash(peers, key, now)
    return slot === NONE ? peers.roundRobin(now) : peers.sent(slot, now)
  }

  protected override changed(): void {
    this.ring = null
  }

  private built(): NginxRing {
    const { order, count, weight } = this.peers
    this.ring ??= new NginxRing(Array.from(order.subarray(0, count), (slot) => ({ slot, name: backendName(slot), weight: weight[slot] })))
    return this.ring
  }
}
