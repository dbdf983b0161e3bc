/** Power of d choices: of d backends drawn uniformly, and of those remembered, the one with the fewest requests in flight from here. */
import { define } from '../../common/define.ts'
import type { Values } from '../../common/define.ts'
import type { SlotId } from '../../common/ids.ts'
import type { RandomStream } from '../../random/stream.ts'
import { NO_BACKEND, shareOf } from '../policy.ts'
import type { Balancer, BalancingContext, RequestView } from '../policy.ts'
import { Sample } from '../structures/sample.ts'
import { BackendSet, Flights } from '../structures/slots.ts'
import { TwoChoices } from './two-choices.ts'

const parameters = {
  choices: { kind: 'integer', default: 2, min: 1, max: 100, meaning: 'backends drawn at each pick' },
  replacement: { kind: 'boolean', default: false, meaning: 'the same backend may be drawn twice, as in Envoy and in Mitzenmacher 2001' },
  memory: { kind: 'integer', default: 0, min: 0, max: 100, meaning: 'least loaded backends of a pick that the next pick considers too' },
} as const

export const powerOfD = define({
  name: 'power-of-d',
  summary:
    'Of `choices` backends drawn uniformly and `memory` remembered ones, the one with fewest requests in flight from here; the first drawn on ties.',
  source:
    'Mitzenmacher 2001, The power of two choices in randomized load balancing; Mitzenmacher, Prabhakar, Shah 2002, Load balancing with memory',
  fidelity: 'faithful',
  parameters,
  create: (values, context: BalancingContext): Balancer =>
    values.choices === 2 && !values.replacement && values.memory === 0 ? new TwoChoices(context) : new PowerOfD(values, context),
})

/** For any d. With d = 2 it is TwoChoices, which needs no lists; exported for the test that compares the two. */
export class PowerOfD implements Balancer {
  private readonly slots: BackendSet
  private readonly leads: boolean
  private readonly flights = new Flights()
  private readonly choices: number
  private readonly replacement: boolean
  private readonly random: RandomStream
  private readonly memory: Memory
  /** Backends considered in this pick, in order and each once. */
  private readonly considered: Int32Array
  private count = 0
  /** Draws without replacement, ascending. */
  private readonly sample: Sample

  constructor({ choices, replacement, memory }: Values<typeof parameters>, context: BalancingContext) {
    const { value, leads } = shareOf(context, () => new BackendSet())
    this.slots = value
    this.leads = leads
    this.choices = choices
    this.replacement = replacement
    this.random = context.random
    this.memory = new Memory(memory)
    this.considered = new Int32Array(choices + memory)
    this.sample = new Sample(choices)
  }

  added(slot: SlotId, weight: number): void {
    if (this.leads) this.slots.add(slot, weight)
  }

  removed(slot: SlotId): void {
    this.memory.forget(slot)
    this.flights.forget(slot)
    if (this.leads) this.slots.remove(slot)
  }

  pick(_request: RequestView, exclude: SlotId): SlotId {
    const { slots, flights, considered } = this
    const candidates = slots.candidates(exclude)
    if (candidates === 0) return NO_BACKEND
    flights.reserve(slots.rows)
    this.count = 0
    if (this.replacement)
      for (let k = 0; k < this.choices; k++) this.consider(slots.candidate(this.random.int(candidates), exclude, candidates))
    else {
      const drawn = this.sample.draw(slots, this.choices, exclude, this.random)
      for (let k = 0; k < drawn; k++) this.consider(this.sample.slots[k])
    }
    this.considerRemembered(exclude)
    let best = considered[0]
    for (let k = 1; k < this.count; k++) if (flights.inFlight[considered[k]] < flights.inFlight[best]) best = considered[k]
    flights.sent(best)
    this.memory.keep(considered, this.count, flights.inFlight)
    return best
  }

  ended(slot: SlotId): void {
    this.flights.ended(slot)
  }

  private considerRemembered(exclude: SlotId): void {
    const { memory, slots } = this
    for (let k = 0; k < memory.count; k++) {
      const slot = memory.slots[k]
      if (slot !== exclude || !slots.passesOver(exclude)) this.consider(slot)
    }
  }

  private consider(slot: SlotId): void {
    for (let k = 0; k < this.count; k++) if (this.considered[k] === slot) return
    this.considered[this.count++] = slot
  }
}

/** The least loaded of the backends considered, after placement. */
class Memory {
  count = 0
  readonly slots: Int32Array

  constructor(size: number) {
    this.slots = new Int32Array(size)
  }

  /** Keeps the `size` least loaded, the first considered on ties. */
  keep(considered: Int32Array, size: number, inFlight: Int32Array): void {
    const { slots } = this
    this.count = 0
    if (slots.length === 0) return
    for (let k = 0; k < size; k++) {
      const slot = considered[k]
      let at = this.count
      while (at > 0 && inFlight[slot] < inFlight[slots[at - 1]]) at--
      if (at === slots.length) continue
      if (this.count < slots.length) this.count++
      for (let j = this.count - 1; j > at; j--) slots[j] = slots[j - 1]
      slots[at] = slot
    }
  }

  forget(slot: SlotId): void {
    let kept = 0
    for (let k = 0; k < this.count; k++) if (this.slots[k] !== slot) this.slots[kept++] = this.slots[k]
    this.count = kept
  }
}
