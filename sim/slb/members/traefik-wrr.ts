/** Traefik's wrr: the server whose deadline, a sum of 1 / weight, is earliest. */
import { define } from '../../common/define.ts'
import { NONE } from '../../common/ids.ts'
import type { SlotId } from '../../common/ids.ts'
import type { RandomStream } from '../../random/stream.ts'
import { NO_BACKEND } from '../policy.ts'
import type { Balancer, BalancingContext, RequestView } from '../policy.ts'
import { SummedDeadlines } from '../structures/deadlines.ts'
import { BackendSet } from '../structures/slots.ts'

export const traefikWrr = define({
  name: 'traefik-wrr',
  summary:
    'Traefik: the backend whose deadline, 1 / weight after its last turn, is earliest; on ties an order that is drawn when the backends change.',
  source: 'Traefik 3.7.15, pkg/server/service/loadbalancer/wrr; recordings of it (which accept any order on ties)',
  fidelity: 'faithful',
  parameters: {},
  create: (_values, context: BalancingContext): Balancer => new TraefikWrr(context.random),
})

/** A pick takes O(log n); O(n log n) once after a change, when Traefik builds the service again and shuffles its servers. */
class TraefikWrr implements Balancer {
  private readonly slots = new BackendSet()
  private readonly random: RandomStream
  private deadlines: SummedDeadlines | null = null

  constructor(random: RandomStream) {
    this.random = random
  }

  added(slot: SlotId, weight: number): void {
    this.slots.add(slot, weight)
    this.deadlines = null
  }

  removed(slot: SlotId): void {
    this.slots.remove(slot)
    this.deadlines = null
  }

  pick(_request: RequestView, exclude: SlotId): SlotId {
    if (this.slots.count === 0) return NO_BACKEND
    this.deadlines ??= this.built()
    const slot = this.deadlines.first(this.slots.passesOver(exclude) ? exclude : NONE)
    this.deadlines.take(slot)
    return slot
  }

  ended(): void {
    // loads have no effect
  }

  /** The deadline; it makes all deadlines, as the next pick would. */
  explain(slot: SlotId): Readonly<Record<string, number>> {
    this.deadlines ??= this.built()
    return { deadline: this.deadlines.deadlineOf(slot) }
  }

  private built(): SummedDeadlines {
    const deadlines = new SummedDeadlines()
    const order = this.slots.inOrder()
    for (let i = order.length - 1; i >= 0; i--) {
      const at = i === 0 ? 0 : this.random.int(i + 1)
      const slot = order[at]
      order[at] = order[i]
      deadlines.insert(slot, this.slots.weight[slot], i)
    }
    return deadlines
  }
}
