/** Envoy's least request: the fewest requests of some drawn hosts, or deadlines that load delays where weights differ. */
import { define } from '../../common/define.ts'
import type { Values } from '../../common/define.ts'
import { NONE } from '../../common/ids.ts'
import type { SlotId } from '../../common/ids.ts'
import { pow } from '../../random/math.ts'
import type { RandomStream } from '../../random/stream.ts'
import { NO_BACKEND } from '../policy.ts'
import type { Balancer, BalancingContext, RequestView } from '../policy.ts'
import type { ExactDeadlines } from '../structures/deadlines.ts'
import { EnvoyHosts, MAX_START } from '../structures/envoy/schedule.ts'
import { LevelOrder } from '../structures/level-order.ts'
import { Slots } from '../structures/slots.ts'

const parameters = {
  choices: { kind: 'integer', default: 2, min: 2, max: 100, meaning: 'backends drawn, the same one possibly more than once' },
  fullScan: { kind: 'boolean', default: false, meaning: 'the fewest of all instead, at random on ties' },
  bias: {
    kind: 'number',
    default: 1,
    min: 0,
    max: 100,
    meaning: 'with unequal weights: a deadline is (requests in flight + 1) to this power / weight later; 0: load has no effect',
  },
} as const

export const envoyLeastRequest = define({
  name: 'envoy-least-request',
  summary:
    'Envoy: of `choices` backends drawn with replacement the fewest requests in flight from here, the first drawn on ties; with unequal weights the earliest deadline, which load delays.',
  source: 'Envoy 1.40, least_request_lb.cc; recordings of it',
  fidelity: 'faithful',
  parameters,
  create: (values, context: BalancingContext): Balancer => new EnvoyLeastRequest(values, context.random),
})

class EnvoyLeastRequest implements Balancer {
  private readonly slots = new Slots()
  private readonly random: RandomStream
  private readonly choices: number
  private readonly bias: number
  private readonly levels: LevelOrder | null
  /** Random until the balancer is empty; NONE before the first schedule. */
  private start = NONE
  private hosts: EnvoyHosts | null = null
  private deadlines: ExactDeadlines | null = null

  constructor({ choices, fullScan, bias }: Values<typeof parameters>, random: RandomStream) {
    this.choices = choices
    this.bias = bias
    this.levels = fullScan ? new LevelOrder() : null
    this.random = random
  }

  added(slot: SlotId, weight: number): void {
    this.slots.add(slot, weight)
    this.levels?.add(slot)
    this.hosts = null
  }

  removed(slot: SlotId): void {
    this.slots.remove(slot)
    this.levels?.remove(slot)
    this.hosts = null
    if (this.slots.count === 0) this.start = NONE
  }

  pick(_request: RequestView, exclude: SlotId): SlotId {
    const { slots, levels } = this
    if (slots.count === 0) return NO_BACKEND
    this.hosts ??= this.built()
    const excluded = slots.passesOver(exclude) ? exclude : NONE
    const slot =
      this.deadlines !== null
        ? this.scheduled(this.deadlines, excluded)
        : levels === null
          ? this.drawn(exclude)
          : this.least(levels, excluded)
    slots.sent(slot)
    levels?.set(slot, slots.inFlight[slot])
    return slot
  }

  ended(slot: SlotId): void {
    if (this.slots.ended(slot)) this.levels?.set(slot, this.slots.inFlight[slot])
  }

  /** The deadline where weights differ; it makes all deadlines, as the next pick would. */
  explain(slot: SlotId): Readonly<Record<string, number>> {
    this.hosts ??= this.built()
    return this.deadlines === null ? {} : { deadline: this.deadlines.deadlineOf(slot) }
  }

  private scheduled(deadlines: ExactDeadlines, excluded: SlotId): SlotId {
    const slot = deadlines.first(excluded)
    const active = this.slots.inFlight[slot]
    deadlines.take(slot, this.bias === 1 ? active + 1 : pow(active + 1, this.bias))
    return slot
  }

  private drawn(exclude: SlotId): SlotId {
    const { slots, random } = this
    const candidates = slots.candidates(exclude)
    let best = slots.candidate(random.int(candidates), exclude, candidates)
    for (let draw = 1; draw < this.choices; draw++) {
      const slot = slots.candidate(random.int(candidates), exclude, candidates)
      if (slots.inFlight[slot] < slots.inFlight[best]) best = slot
    }
    return best
  }

  private least(levels: LevelOrder, excluded: SlotId): SlotId {
    const ties = levels.ties(excluded)
    return levels.tied(ties === 1 ? 0 : this.random.int(ties), excluded)
  }

  private built(): EnvoyHosts {
    const hosts = new EnvoyHosts(this.slots)
    this.deadlines = null
    if (!hosts.equal) {
      if (this.start === NONE) this.start = this.random.int(MAX_START)
      this.deadlines = hosts.deadlines(this.start)
    }
    return hosts
  }
}
