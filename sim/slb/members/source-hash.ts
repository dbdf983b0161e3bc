/** Source hash: the backend that the hash of the client selects, so that requests of a client go to the same backend while the set of backends is unchanged. */
import { define } from '../../common/define.ts'
import type { Values } from '../../common/define.ts'
import type { SlotId } from '../../common/ids.ts'
import type { RandomStream } from '../../random/stream.ts'
import { NO_BACKEND, shareOf } from '../policy.ts'
import type { Balancer, BalancingContext, RequestView } from '../policy.ts'
import { ModuloMap } from '../structures/hash-modulo.ts'
import { bidOf, RendezvousMap } from '../structures/hash-rendezvous.ts'
import { pointsOf, RingMap } from '../structures/hash-ring.ts'
import { hash32, hash53 } from '../structures/hash.ts'
import type { KeyMap } from '../structures/key-map.ts'
import { BackendSet } from '../structures/slots.ts'
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
  create: (values, context: BalancingContext): Balancer => new SourceHash(values, context),
})

class SourceHash implements Balancer {
  private readonly slots: BackendSet
  private readonly map: KeyMap
  private readonly leads: boolean
  private readonly random: RandomStream

  constructor({ hash, points }: Values<typeof parameters>, context: BalancingContext) {
    const { value, leads } = shareOf(context, () => {
      const slots = new BackendSet()
      const map = hash === 'modulo' ? new ModuloMap() : hash === 'ring' ? new RingMap(slots, points) : new RendezvousMap(slots)
      return { slots, map }
    })
    this.slots = value.slots
    this.map = value.map
    this.leads = leads
    this.random = context.random
  }

  added(slot: SlotId, weight: number): void {
    if (!this.leads) return
    this.slots.add(slot, weight)
    this.map.add(slot, weight)
  }

  removed(slot: SlotId): void {
    if (!this.leads) return
    this.slots.remove(slot)
    this.map.remove(slot, this.slots.weight[slot])
  }

  pick(request: RequestView, exclude: SlotId): SlotId {
    const { slots } = this
    const candidates = slots.candidates(exclude)
    if (candidates === 0) return NO_BACKEND
    if (request.client < 0) return slots.candidate(this.random.int(candidates), exclude, candidates)
    return this.map.find(request.client, slots.passesOver(exclude) ? exclude : NO_BACKEND)
  }

  ended(): void {
    // loads have no effect
  }
}

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
