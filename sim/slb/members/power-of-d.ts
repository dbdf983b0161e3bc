import { define } from '../../common/define.ts'
import type { Values } from '../../common/define.ts'
import { NO_BACKEND } from '../policy.ts'
import type { Balancer, BalancingContext, RequestView } from '../policy.ts'
import { Slots } from '../structures/slots.ts'
import { TwoChoices } from './two-choices.ts'
import type { RandomStream } from '../../random/stream.ts'

const parameters = {
  choices: { kind: 'integer', default: 2, min: 1, max: 100, meaning: 'backends drawn at each pick' },
  replacement: { kind: 'boolean', default: false, meaning: 'draws may hit the same backend twice, as in Envoy and in Mitzenmacher 2001' },
  memory: { kind: 'integer', default: 0, min: 0, max: 100, meaning: 'least loaded backends of this pick that the next one looks at too' },
} as const

/** Power of d choices: of d backends drawn at random, and of those remembered, the one with the fewest requests in flight from here. */
export const powerOfD = define({
  name: 'power-of-d',
  summary:
    'Of `choices` backends drawn uniformly and `memory` remembered ones, the one with fewest requests in flight from here; the first drawn on ties.',
  source:
    'Mitzenmacher 2001, The power of two choices in randomized load balancing; Mitzenmacher, Prabhakar, Shah 2002, Load balancing with memory',
  fidelity: 'faithful',
  parameters,
  create: (values, { random }: BalancingContext): Balancer =>
    values.choices === 2 && !values.replacement && values.memory === 0 ? new TwoChoices(random) : new PowerOfD(values, random),
})

/** For any d; exported so that a test can hold its d = 2 against TwoChoices, which is the same without the lists. */
export class PowerOfD implements Balancer {
  private readonly slots = new Slots()
  private readonly choices: number
  private readonly replacement: boolean
  private readonly random: RandomStream
  private readonly memory: Memory
  /** Backends looked at in this pick, in order and each once. */
  private readonly looked: Int32Array
  private count = 0
  /** Draws without replacement, rising. */
  private readonly drawn: Int32Array

  constructor({ choices, replacement, memory }: Values<typeof parameters>, random: RandomStream) {
    this.choices = choices
    this.replacement = replacement
    this.random = random
    this.memory = new Memory(memory)
    this.looked = new Int32Array(choices + memory)
    this.drawn = new Int32Array(choices)
  }

  added(slot: number, weight: number): void {
    this.slots.add(slot, weight)
  }

  removed(slot: number): void {
    this.slots.remove(slot)
    this.memory.forget(slot)
  }

  pick(_request: RequestView, exclude: number): number {
    const { slots, looked } = this
    const candidates = slots.candidates(exclude)
    if (candidates === 0) return NO_BACKEND
    this.count = 0
    if (this.replacement)
      for (let k = 0; k < this.choices; k++) this.look(slots.candidate(this.random.int(candidates), exclude, candidates))
    else this.drawDistinct(exclude, candidates)
    this.lookAtRemembered(exclude)
    let best = looked[0]
    for (let k = 1; k < this.count; k++) if (slots.inFlight[looked[k]] < slots.inFlight[best]) best = looked[k]
    slots.sent(best)
    this.memory.keep(looked, this.count, slots.inFlight)
    return best
  }

  ended(slot: number): void {
    this.slots.ended(slot)
  }

  /** The k-th draw is uniform over the c - k not drawn yet: it steps over each earlier draw that is not above it. */
  private drawDistinct(exclude: number, candidates: number): void {
    const { drawn, slots } = this
    const draws = Math.min(this.choices, candidates)
    for (let k = 0; k < draws; k++) {
      let i = this.random.int(candidates - k)
      let at = 0
      while (at < k && drawn[at] <= i) {
        i++
        at++
      }
      for (let j = k; j > at; j--) drawn[j] = drawn[j - 1]
      drawn[at] = i
      this.look(slots.candidate(i, exclude, candidates))
    }
  }

  private lookAtRemembered(exclude: number): void {
    const { memory, slots } = this
    for (let k = 0; k < memory.count; k++) {
      const slot = memory.slots[k]
      if (slot !== exclude || !slots.passesOver(exclude)) this.look(slot)
    }
  }

  private look(slot: number): void {
    for (let k = 0; k < this.count; k++) if (this.looked[k] === slot) return
    this.looked[this.count++] = slot
  }
}

/** The least loaded of those looked at, after placement. */
class Memory {
  count = 0
  readonly slots: Int32Array

  constructor(size: number) {
    this.slots = new Int32Array(size)
  }

  /** The `size` least loaded, the first looked at on ties. */
  keep(looked: Int32Array, lookedAt: number, inFlight: Int32Array): void {
    const { slots } = this
    this.count = 0
    if (slots.length === 0) return
    for (let k = 0; k < lookedAt; k++) {
      const slot = looked[k]
      let at = this.count
      while (at > 0 && inFlight[slot] < inFlight[slots[at - 1]]) at--
      if (at === slots.length) continue
      if (this.count < slots.length) this.count++
      for (let j = this.count - 1; j > at; j--) slots[j] = slots[j - 1]
      slots[at] = slot
    }
  }

  forget(slot: number): void {
    let kept = 0
    for (let k = 0; k < this.count; k++) if (this.slots[k] !== slot) this.slots[kept++] = this.slots[k]
    this.count = kept
  }
}
