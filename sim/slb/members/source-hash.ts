/** Source hash: the backend that the hash of the client selects, so that requests of a client go to the same backend while the set of backends is unchanged. */
import { define } from '../../common/define.ts'
import type { Values } from '../../common/define.ts'
import type { SlotId } from '../../common/ids.ts'
import { NO_BACKEND } from '../policy.ts'
import type { Balancer, BalancingContext, RequestView } from '../policy.ts'
import { ModuloMap } from '../structures/hash-modulo.ts'
import { bidOf, RendezvousMap } from '../structures/hash-rendezvous.ts'
import { pointsOf, RingMap } from '../structures/hash-ring.ts'
import { hash32, hash53 } from '../structures/hash.ts'
import type { KeyMap } from '../structures/key-map.ts'
import { KeyedBalancer } from '../structures/keyed-balancer.ts'
import type { BackendSet } from '../structures/slots.ts'
import { slotAt, sumOf, Twin } from '../structures/twin.ts'

const parameters = {
  hash: {
    kind: 'choice',
    default: 'modulo',
    choices: ['modulo', 'rendezvous', 'ring'],
    meaning: 'modulo: nearly all clients move when one of n backends is added or removed; rendezvous and ring: 1/n of them',
  },
  points: {
    kind: 'integer',
    default: 160,
    min: 1,
    max: 10_000,
    meaning: 'of each backend on the ring; more points spread the clients more evenly (nginx and ketama 160)',
  },
} as const

export const sourceHash = define({
  name: 'source-hash',
  summary:
    'The backend that the hash of the client selects, in proportion to weights; a uniformly random one for a request without a client.',
  source:
    'nginx, ngx_http_upstream_hash_module.c; HAProxy, balance source; Thaler, Ravishankar 1998 (rendezvous); Karger et al. 1997 (ring)',
  fidelity: 'simplified',
  parameters,
  create: (values, context: BalancingContext): Balancer => new KeyedBalancer(context, (slots) => mapOf(values, slots)),
})

const mapOf = ({ hash, points }: Values<typeof parameters>, slots: BackendSet): KeyMap =>
  hash === 'modulo' ? new ModuloMap() : hash === 'ring' ? new RingMap(slots, points) : new RendezvousMap(slots)

/** Looks at everything: the remainder found by a walk, every bid compared, every point of the ring sorted. For requests with a client. */
export class SourceHashTwin extends Twin implements Balancer {
  private readonly hash: string
  private readonly points: number

  constructor(hash: string, points: number) {
    super()
    this.hash = hash
    this.points = points
  }

  added(slot: SlotId, weight: number): void {
    this.backends.push({ slot, weight })
  }

  pick({ client }: RequestView, exclude: SlotId): SlotId {
    const usable = this.usable(exclude)
    if (usable.length === 0) return NO_BACKEND
    if (this.hash === 'modulo') return slotAt(usable, hash53(client) % sumOf(usable))
    if (this.hash === 'rendezvous') {
      const bids = usable.map(({ slot, weight }) => ({ slot, bid: bidOf(client, slot, weight) }))
      return bids.sort((a, b) => b.bid - a.bid || a.slot - b.slot)[0].slot
    }
    const maxWeight = Math.max(...this.backends.map(({ weight }) => weight))
    const circle = usable.flatMap(({ slot, weight }) =>
      Array.from({ length: pointsOf(weight, maxWeight, this.points) }, (_, j) => ({ slot, at: hash32(slot, j + 1) })),
    )
    circle.sort((a, b) => a.at - b.at || a.slot - b.slot)
    return (circle.find(({ at }) => at >= hash32(client, 0)) ?? circle[0]).slot
  }

  ended(): void {
    // loads have no effect
  }
}
