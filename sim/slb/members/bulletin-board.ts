/** Bulletin board: the backend with the fewest requests inside as of the last periodic update. */
import { define } from '../../common/define.ts'
import type { Values } from '../../common/define.ts'
import { NONE } from '../../common/ids.ts'
import type { SlotId, Time } from '../../common/ids.ts'
import { grown } from '../../common/table.ts'
import type { RandomStream } from '../../random/stream.ts'
import { NO_BACKEND } from '../policy.ts'
import type { Balancer, BalancingContext, RequestView } from '../policy.ts'
import { LevelOrder } from '../structures/level-order.ts'
import { Sample } from '../structures/sample.ts'
import { INITIAL_SLOTS, lengthFor, Slots } from '../structures/slots.ts'
import { Twin } from '../structures/twin.ts'
import type { ListedBackend } from '../structures/twin.ts'

const SECOND = 1_000_000 // µs

const MAX_CHOICES = 32

const parameters = {
  period: { kind: 'duration', default: SECOND, min: 1000, max: 86_400 * SECOND, meaning: 'time between two updates of all counts' },
  choices: {
    kind: 'integer',
    default: 0,
    min: 0,
    max: MAX_CHOICES,
    meaning: 'different pods drawn uniformly, of which the one with the fewest is picked, the first drawn on ties; 0: the fewest of all',
  },
  own: {
    kind: 'boolean',
    default: false,
    meaning: 'adds the requests that this balancer has sent since the last update to the counts, ended or not',
  },
} as const

export const bulletinBoard = define({
  name: 'bulletin-board',
  summary:
    'The pod with the fewest requests inside, whoever sent them, as counted every `period`, or of d drawn uniformly the one with the fewest; uniformly at random on ties. Pods that did not answer the last update come last.',
  source: 'Mitzenmacher 2000, How useful is old information?, IEEE Transactions on Parallel and Distributed Systems 11 (periodic update)',
  fidelity: 'simplified',
  parameters,
  create: (values, context: BalancingContext): Balancer => new BulletinBoard(values, context),
})

/**
 * The instance probes all of its backends every `period`, from the time of its first backend on. A backend added in between counts as 0 until the next update.
 * Picks read blocks by count (LevelOrder): O(1); an update is O(backends + changes of their counts).
 */
class BulletinBoard implements Balancer {
  private readonly slots = new Slots()
  /** The backends that answered, by their counts. */
  private readonly counts = new LevelOrder()
  /** By slot, 1: did not answer the last update. */
  private silent = new Uint8Array(INITIAL_SLOTS)
  /** Tag of the timer and of its probes: grows when the last backend leaves, so that what is pending then is ignored. */
  private run = 0
  private readonly period: Time
  private readonly own: boolean
  private readonly choices: number
  private readonly sample: Sample
  private readonly context: BalancingContext
  private readonly random: RandomStream

  constructor({ period, own, choices }: Values<typeof parameters>, context: BalancingContext) {
    this.period = period
    this.own = own
    this.choices = choices
    this.sample = new Sample(choices)
    this.context = context
    this.random = context.random
  }

  added(slot: SlotId, weight: number): void {
    this.slots.add(slot, weight)
    if (slot >= this.silent.length) this.silent = grown(this.silent, lengthFor(slot, this.silent.length))
    this.silent[slot] = 0
    this.counts.add(slot)
    if (this.slots.count === 1) this.schedule()
  }

  removed(slot: SlotId): void {
    this.slots.remove(slot)
    if (this.silent[slot] === 0) this.counts.remove(slot)
    if (this.slots.count === 0) this.run++
  }

  woke(run: number): void {
    if (run !== this.run) return
    const { slots, context } = this
    for (let i = 0; i < slots.count; i++) context.probe(slots.candidate(i, NONE, slots.count), run)
    this.schedule()
  }

  probed(slot: SlotId, run: number, inside: number): void {
    if (run !== this.run || !this.slots.has(slot)) return
    const wasSilent = this.silent[slot] === 1
    if (inside === NONE) {
      if (!wasSilent) this.counts.remove(slot)
      this.silent[slot] = 1
      return
    }
    if (wasSilent) this.counts.add(slot)
    this.silent[slot] = 0
    this.counts.set(slot, inside)
  }

  pick(_request: RequestView, exclude: SlotId): SlotId {
    const { slots, counts, random } = this
    const candidates = slots.candidates(exclude)
    if (candidates === 0) return NO_BACKEND
    if (this.choices > 0) return this.fewestDrawn(exclude)
    const passedOver = slots.passesOver(exclude) && this.silent[exclude] === 0 ? exclude : NONE
    if (counts.size === (passedOver === NONE ? 0 : 1)) return slots.candidate(random.int(candidates), exclude, candidates)
    const ties = counts.ties(passedOver)
    const slot = counts.tied(ties === 1 ? 0 : random.int(ties), passedOver)
    if (this.own) counts.set(slot, counts.count[slot] + 1)
    return slot
  }

  ended(): void {
    // counts change at updates only
  }

  private fewestDrawn(exclude: SlotId): SlotId {
    const { sample, counts } = this
    const drawn = sample.draw(this.slots, this.choices, exclude, this.random)
    let best = sample.slots[0]
    for (let k = 1; k < drawn; k++) {
      const slot = sample.slots[k]
      if (this.countOf(slot) < this.countOf(best)) best = slot
    }
    if (this.own && this.silent[best] === 0) counts.set(best, counts.count[best] + 1)
    return best
  }

  /** A pod that did not answer the last update comes last. */
  private countOf(slot: SlotId): number {
    return this.silent[slot] === 1 ? Infinity : this.counts.count[slot]
  }

  private schedule(): void {
    this.context.wakeAt(this.context.now() + this.period, this.run)
  }
}

/** Counts as a plain column; the test gives it the timers' effect, the answers to probes. */
export class BulletinBoardTwin extends Twin<ListedBackend & { count: number }> {
  private readonly own: boolean

  constructor(own: boolean) {
    super()
    this.own = own
  }

  added(slot: SlotId, weight: number): void {
    this.backends.push({ slot, weight, count: 0 })
  }

  probed(slot: SlotId, _tag: number, inside: number): void {
    const backend = this.find(slot)
    if (backend !== undefined) backend.count = inside === NONE ? Infinity : inside
  }

  /** The slots that a pick draws from; empty without a backend. */
  least(exclude: SlotId): readonly SlotId[] {
    const usable = this.usable(exclude)
    const least = Math.min(...usable.map(({ count }) => count))
    return usable.filter(({ count }) => count === least).map(({ slot }) => slot)
  }

  sent(slot: SlotId): void {
    if (this.own) this.find(slot)!.count++
  }
}
