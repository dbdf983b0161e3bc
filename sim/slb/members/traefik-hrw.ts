/** Traefik's hrw: the server with the highest score for the client's address, weighted. */
import { define } from '../../common/define.ts'
import { NONE } from '../../common/ids.ts'
import type { SlotId } from '../../common/ids.ts'
import type { RandomStream } from '../../random/stream.ts'
import { NO_BACKEND, shareOf } from '../policy.ts'
import type { Balancer, BalancingContext, RequestView } from '../policy.ts'
import { backendName, clientName } from '../structures/addresses.ts'
import { Remembered } from '../structures/remembered.ts'
import { traefikScore } from '../structures/rendezvous-score.ts'
import { BackendSet } from '../structures/slots.ts'

export const traefikHrw = define({
  name: 'traefik-hrw',
  summary:
    'Traefik: the backend with the highest weight / −ln(u), u the FNV-1a of the client’s address and the server’s URL (rendezvous); at random for a request without a client.',
  source: 'Traefik 3.7.15, pkg/server/service/loadbalancer/hrw; recordings of it',
  fidelity: 'faithful',
  parameters: {},
  create: (_values, context: BalancingContext): Balancer => new TraefikHrw(context),
})

/** A scan per client, remembered until the backends change, for all balancers of the service. */
class TraefikHrw implements Balancer {
  private readonly slots: BackendSet
  private readonly remembered: Remembered
  private readonly leads: boolean
  private readonly random: RandomStream
  private readonly best = (client: number): SlotId => this.highest(client, NONE)

  constructor(context: BalancingContext) {
    const { value, leads } = shareOf(context, () => ({ slots: new BackendSet(), remembered: new Remembered() }))
    this.slots = value.slots
    this.remembered = value.remembered
    this.leads = leads
    this.random = context.random
  }

  added(slot: SlotId, weight: number): void {
    if (!this.leads) return
    this.slots.add(slot, weight)
    this.remembered.forget()
  }

  removed(slot: SlotId): void {
    if (!this.leads) return
    this.slots.remove(slot)
    this.remembered.forget()
  }

  pick({ client }: RequestView, exclude: SlotId): SlotId {
    const { slots } = this
    const candidates = slots.candidates(exclude)
    if (candidates === 0) return NO_BACKEND
    if (client < 0) return slots.candidate(this.random.int(candidates), exclude, candidates)
    return slots.passesOver(exclude) ? this.highest(client, exclude) : this.remembered.of(client, this.best)
  }

  ended(): void {
    // loads have no effect
  }

  private highest(client: number, excluded: SlotId): SlotId {
    const key = clientName(client)
    let best = NONE
    let highest = -1
    for (const slot of this.slots.inOrder()) {
      if (slot === excluded) continue
      const score = traefikScore(key, `http://${backendName(slot)}`, this.slots.weight[slot])
      if (score > highest) {
        highest = score
        best = slot
      }
    }
    return best
  }
}
