/** Prefix affinity: the backend that was sent the longest part of the prompt before, unless it has many more requests than others. */
import { define, type Values } from '../../common/define.ts'
import type { SlotId } from '../../common/ids.ts'
import { NO_BACKEND, type Balancer, type RequestView } from '../policy.ts'
import { CountBuckets } from '../structures/count-buckets.ts'
import { PrefixMemory } from '../structures/prefix-memory.ts'
import { SlotHeap } from '../structures/slot-heap.ts'
import { Slots } from '../structures/slots.ts'

const parameters = {
  match: {
    kind: 'share',
    default: 0.3,
    min: 0,
    max: 1,
    meaning:
      'share of the blocks of a prompt that a backend must have been sent; otherwise the backend that was sent the fewest blocks is picked',
  },
  difference: {
    kind: 'integer',
    default: 64,
    min: 0,
    max: 1_000_000,
    meaning: 'requests in flight by which the most loaded backend must exceed the least loaded one for load alone to decide',
  },
  ratio: { kind: 'number', default: 1.5, min: 1, max: 1000, meaning: 'and the factor by which it must' },
  blocks: {
    kind: 'integer',
    default: 10_000,
    min: 1,
    max: 100_000_000,
    meaning: 'blocks that are remembered of a backend, those used last',
  },
} as const

export const prefixAffinity = define({
  name: 'prefix-affinity',
  summary:
    'Of the backends that were sent the longest part of the prompt, the one with the fewest requests in flight from here, then the one that was sent it first; the least loaded while loads differ much.',
  source: 'SGLang gateway, policy cache_aware (cache_threshold, balance_abs_threshold, balance_rel_threshold)',
  fidelity: 'simplified',
  parameters,
  create: (values): Balancer => new PrefixAffinity(values),
})

/** Backends in order of the blocks that they were sent, then of their slots. */
class BySize extends SlotHeap {
  private readonly memory: PrefixMemory

  constructor(memory: PrefixMemory) {
    super()
    this.memory = memory
  }

  protected before(a: SlotId, b: SlotId): boolean {
    const difference = this.memory.size(a) - this.memory.size(b)
    return difference < 0 || (difference === 0 && a < b)
  }
}

const NO_BLOCKS: readonly number[] = []

class PrefixAffinity implements Balancer {
  private readonly slots = new Slots()
  private readonly memory: PrefixMemory
  private readonly bySize: BySize
  private readonly byLoad = new CountBuckets()
  /** Number of backends by their requests in flight, and the most requests in flight that a backend has. */
  private readonly having: number[] = [0]
  private most = 0
  private readonly given: Values<typeof parameters>

  constructor(given: Values<typeof parameters>) {
    this.given = given
    this.memory = new PrefixMemory(given.blocks)
    this.bySize = new BySize(this.memory)
  }

  added(slot: SlotId, weight: number): void {
    this.slots.add(slot, weight)
    this.byLoad.add(slot)
    this.bySize.add(slot)
    this.having[0]++
  }

  removed(slot: SlotId): void {
    const count = this.slots.has(slot) ? this.slots.inFlight[slot] : 0
    this.slots.remove(slot)
    this.byLoad.remove(slot, count)
    this.bySize.remove(slot)
    this.memory.forget(slot)
    this.having[count]--
    this.lower()
  }

  pick({ blocks = NO_BLOCKS }: RequestView, exclude: SlotId): SlotId {
    const { slots, memory } = this
    if (slots.count === 0) return NO_BACKEND
    const slot = this.choose(blocks, slots.passesOver(exclude) ? exclude : NO_BACKEND)
    this.having[slots.inFlight[slot]]--
    slots.sent(slot)
    const count = slots.inFlight[slot]
    this.byLoad.more(slot, count)
    this.having[count] = (this.having[count] ?? 0) + 1
    if (count > this.most) this.most = count
    if (blocks.length > 0) {
      memory.sent(slot, blocks)
      this.bySize.moved(slot)
    }
    return slot
  }

  ended(slot: SlotId): void {
    if (!this.slots.ended(slot)) return
    const count = this.slots.inFlight[slot]
    this.byLoad.fewer(slot, count)
    this.having[count + 1]--
    this.having[count]++
    this.lower()
  }

  private lower(): void {
    while (this.most > 0 && this.having[this.most] === 0) this.most--
  }

  private choose(blocks: readonly number[], exclude: SlotId): SlotId {
    const { given, slots, memory, most } = this
    const idlest = this.byLoad.first(exclude)
    const least = slots.inFlight[idlest]
    if (blocks.length === 0 || (most - least > given.difference && most > given.ratio * least)) return idlest
    for (let length = memory.match(blocks); length > given.match * blocks.length; length--) {
      const found = this.leastOf(memory.holding(blocks[length - 1]), exclude)
      if (found !== NO_BACKEND) return found
    }
    return this.bySize.first(exclude)
  }

  private leastOf(candidates: readonly SlotId[], exclude: SlotId): SlotId {
    const { inFlight } = this.slots
    let best = NO_BACKEND
    for (const slot of candidates) if (slot !== exclude && (best === NO_BACKEND || inFlight[slot] < inFlight[best])) best = slot
    return best
  }
}
