/** Envoy's round robin: each host in turn, or by deadlines where weights differ, from a random start. */
import { define } from '../../common/define.ts'
import { NONE } from '../../common/ids.ts'
import type { SlotId } from '../../common/ids.ts'
import type { RandomStream } from '../../random/stream.ts'
import { NO_BACKEND } from '../policy.ts'
import type { Balancer, BalancingContext, RequestView } from '../policy.ts'
import type { ExactDeadlines } from '../structures/deadlines.ts'
import { EnvoyHosts, MAX_START } from '../structures/envoy/schedule.ts'
import { BackendSet } from '../structures/slots.ts'

export const envoyRoundRobin = define({
  name: 'envoy-round-robin',
  summary:
    'Envoy: each backend in turn from a random start; with unequal weights the one whose deadline, 1 / weight after its last turn, is earliest; on ties the one that got its deadline first.',
  source: 'Envoy 1.40, round robin and EdfScheduler; recordings of it (which accept any order on ties)',
  fidelity: 'faithful',
  parameters: {},
  create: (_values, context: BalancingContext): Balancer => new EnvoyRoundRobin(context.random),
})

/** Equal weights O(1), others O(log n); O(n log n) once after a change, as Envoy builds its schedule again. */
class EnvoyRoundRobin implements Balancer {
  private readonly slots = new BackendSet()
  private readonly random: RandomStream
  /** Random until the balancer is empty; NONE before the first pick. */
  private start = NONE
  private turn = 0
  private hosts: EnvoyHosts | null = null
  private deadlines: ExactDeadlines | null = null

  constructor(random: RandomStream) {
    this.random = random
  }

  added(slot: SlotId, weight: number): void {
    this.slots.add(slot, weight)
    this.hosts = null
  }

  removed(slot: SlotId): void {
    this.slots.remove(slot)
    this.hosts = null
    if (this.slots.count === 0) this.start = NONE
  }

  pick(_request: RequestView, exclude: SlotId): SlotId {
    const { slots } = this
    if (slots.count === 0) return NO_BACKEND
    this.hosts ??= this.built()
    const excluded = slots.passesOver(exclude) ? exclude : NONE
    const { order, equal } = this.hosts
    if (!equal) {
      const slot = this.deadlines!.first(excluded)
      this.deadlines!.take(slot)
      return slot
    }
    const slot = order[this.turn++ % order.length]
    return slot === excluded ? order[this.turn++ % order.length] : slot
  }

  ended(): void {
    // loads have no effect
  }

  /** The deadline where weights differ; it makes all deadlines, as the next pick would. */
  explain(slot: SlotId): Readonly<Record<string, number>> {
    this.hosts ??= this.built()
    return this.deadlines === null ? {} : { deadline: this.deadlines.deadlineOf(slot) }
  }

  private built(): EnvoyHosts {
    if (this.start === NONE) {
      this.start = this.random.int(MAX_START)
      this.turn = this.start
    }
    const hosts = new EnvoyHosts(this.slots)
    this.deadlines = hosts.equal ? null : hosts.deadlines(this.start)
    return hosts
  }
}
