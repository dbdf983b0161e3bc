import { define } from '../../common/define.ts'
import type { Values } from '../../common/define.ts'
import { ModuloMap } from '../structures/hash-modulo.ts'
import { RendezvousMap } from '../structures/hash-rendezvous.ts'
import { RingMap } from '../structures/hash-ring.ts'
import { NO_BACKEND } from '../policy.ts'
import type { Balancer, BalancingContext, RequestView } from '../policy.ts'
import { Slots } from '../structures/slots.ts'
import type { RandomStream } from '../../random/stream.ts'

const parameters = {
  hash: {
    kind: 'choice',
    default: 'modulo',
    choices: ['modulo', 'rendezvous', 'ring'],
    meaning: 'modulo: nearly all keys move when one of n backends comes or goes; rendezvous and ring: 1/n of them',
  },
  points: {
    kind: 'integer',
    default: 160,
    min: 1,
    max: 10_000,
    meaning: 'of each backend on the ring; more spread the keys more evenly (nginx and ketama 160)',
  },
} as const

/** Source hash: a client's requests go to the same backend as long as the set of backends stands. */
export const sourceHash = define({
  name: 'source-hash',
  summary:
    'The backend that the hash of the client’s key names, in proportion to weights; a uniformly random one for a request without a key.',
  source:
    'nginx, ngx_http_upstream_hash_module.c; HAProxy, balance source; Thaler, Ravishankar 1998 (rendezvous); Karger et al. 1997 (ring)',
  fidelity: 'simplified',
  parameters,
  create: (values, context: BalancingContext): Balancer => new SourceHash(values, context.random),
})

/** Key to slot. A backend is known by its slot, so that one who gets the slot of another gets its keys, as HAProxy's server ids do. */
export interface KeyMap {
  /** `slots` has it already. */
  add(slot: number, weight: number): void
  /** `slots` has it no more. */
  remove(slot: number, weight: number): void
  /** There is a backend other than `exclude`, which is -1 or present. */
  find(key: number, exclude: number): number
}

class SourceHash implements Balancer {
  private readonly slots = new Slots()
  private readonly map: KeyMap
  private readonly random: RandomStream

  constructor({ hash, points }: Values<typeof parameters>, random: RandomStream) {
    this.map = hash === 'modulo' ? new ModuloMap() : hash === 'ring' ? new RingMap(this.slots, points) : new RendezvousMap(this.slots)
    this.random = random
  }

  added(slot: number, weight: number): void {
    this.slots.add(slot, weight)
    this.map.add(slot, weight)
  }

  removed(slot: number): void {
    this.slots.remove(slot)
    this.map.remove(slot, this.slots.weight[slot])
  }

  pick(request: RequestView, exclude: number): number {
    const { slots } = this
    const candidates = slots.candidates(exclude)
    if (candidates === 0) return NO_BACKEND
    if (request.client < 0) return slots.candidate(this.random.int(candidates), exclude, candidates)
    return this.map.find(request.client, slots.passesOver(exclude) ? exclude : NO_BACKEND)
  }

  ended(): void {
    // a key's backend does not depend on its load
  }
}
