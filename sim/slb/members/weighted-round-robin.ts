import { grown } from '../../common/table.ts'
import { define } from '../../common/define.ts'
import { NO_BACKEND } from '../policy.ts'
import type { Balancer, RequestView } from '../policy.ts'
import { Places, SlotHeap } from '../structures/slot-heap.ts'
import { roomFor, Slots } from '../structures/slots.ts'

/** Smooth weighted round robin: in proportion to the weights, spread as evenly as the weights allow. */
export const weightedRoundRobin = define({
  name: 'weighted-round-robin',
  summary:
    'In proportion to the weights and evenly spread: all gain their weight, the richest is picked and pays the sum; the first added on ties.',
  source: 'nginx, ngx_http_upstream_round_robin.c (smooth weighted round robin), without its failure accounting',
  fidelity: 'simplified',
  parameters: {},
  create: (): Balancer => new SmoothWeighted(),
})

/**
 * The textbook (SmoothWeightedTwin in twins.ts) adds to every backend on every pick. Backends of one weight all gain the same, so
 * among themselves only what they have paid counts: a group keeps one running gain, a member its offset from it, and the richest
 * member is the top of a heap. The same sequence, through any change of the set, for O(distinct weights + log n) instead of O(n).
 * Whole numbers throughout: credit of a member = gain of its group + its offset.
 */
class SmoothWeighted implements Balancer {
  private readonly slots = new Slots()
  private readonly credits = new Credits()
  private readonly groups: WeightGroup[] = []
  private readonly byWeight = new Map<number, WeightGroup>()
  private total = 0

  added(slot: number, weight: number): void {
    this.slots.add(slot, weight)
    let group = this.byWeight.get(weight)
    if (group === undefined) {
      group = new WeightGroup(weight, this.credits)
      this.byWeight.set(weight, group)
      this.groups.push(group)
    }
    this.credits.open(slot, -group.gain) // starts with a credit of 0
    group.add(slot)
    this.total += weight
  }

  removed(slot: number): void {
    const weight = this.slots.weight[slot]
    this.slots.remove(slot)
    const group = this.byWeight.get(weight)!
    group.remove(slot)
    this.total -= weight
    if (group.size > 0) return
    this.byWeight.delete(weight)
    this.groups.splice(this.groups.indexOf(group), 1)
  }

  pick(_request: RequestView, exclude: number): number {
    if (this.slots.count === 0) return NO_BACKEND
    const passedOver = this.slots.passesOver(exclude) ? exclude : NO_BACKEND
    const stake = passedOver === NO_BACKEND ? this.total : this.total - this.standAside(passedOver)
    const { groups } = this
    const { offset, order } = this.credits
    let best = NO_BACKEND
    let bestCredit = 0
    let bestGroup = groups[0]
    for (let g = 0; g < groups.length; g++) {
      const group = groups[g]
      group.gain += group.weight
      const slot = group.first(passedOver)
      if (slot === NO_BACKEND) continue
      const credit = group.gain + offset[slot]
      if (best === NO_BACKEND || credit > bestCredit || (credit === bestCredit && order[slot] < order[best])) {
        best = slot
        bestCredit = credit
        bestGroup = group
      }
    }
    offset[best] -= stake
    bestGroup.moved(best)
    return best
  }

  ended(): void {
    // counts nothing
  }

  /** One who is passed over does not gain what its group will gain, nor does its weight count; gives that weight. */
  private standAside(slot: number): number {
    const weight = this.slots.weight[slot]
    this.credits.offset[slot] -= weight
    this.byWeight.get(weight)!.moved(slot)
    return weight
  }
}

class Credits {
  readonly places = new Places()
  /** Credit less the gain of the group. */
  offset = new Float64Array(16)
  /** Running number of the addition: who stands first in the list. */
  order = new Float64Array(16)
  private additions = 0

  open(slot: number, offset: number): void {
    if (slot >= this.order.length) {
      const length = roomFor(slot, this.order.length)
      this.offset = grown(this.offset, length)
      this.order = grown(this.order, length)
    }
    this.offset[slot] = offset
    this.order[slot] = this.additions++
  }
}

/** The backends of one weight, the richest at the top. */
class WeightGroup extends SlotHeap {
  readonly weight: number
  /** What a member has gained since the group began. */
  gain = 0
  private readonly credits: Credits

  constructor(weight: number, credits: Credits) {
    super(credits.places)
    this.weight = weight
    this.credits = credits
  }

  protected before(a: number, b: number): boolean {
    const { offset, order } = this.credits
    const difference = offset[a] - offset[b]
    return difference > 0 || (difference === 0 && order[a] < order[b])
  }
}
