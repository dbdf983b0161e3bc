/** Smooth weighted round robin: backends in proportion to their weights, spread as evenly as the weights allow. */
import { define } from '../../common/define.ts'
import type { SlotId } from '../../common/ids.ts'
import { ColumnTable } from '../../common/table.ts'
import { NO_BACKEND } from '../policy.ts'
import type { Balancer, RequestView } from '../policy.ts'
import { HeapIndex, SlotHeap } from '../structures/slot-heap.ts'
import { INITIAL_SLOTS, Slots } from '../structures/slots.ts'
import { sumOf, Twin } from '../structures/twin.ts'
import type { ListedBackend } from '../structures/twin.ts'

export const weightedRoundRobin = define({
  name: 'weighted-round-robin',
  summary:
    'In proportion to the weights and evenly spread: the credit of each backend grows by its weight, the one with the highest is picked and pays the sum of the weights; the first added on ties.',
  source: 'nginx, ngx_http_upstream_round_robin.c (smooth weighted round robin), without its failure accounting',
  fidelity: 'simplified',
  parameters: {},
  create: (): Balancer => new WeightedRoundRobin(),
})

/**
 * The published algorithm (the twin below) changes every credit at every pick. The credits of backends of one weight grow alike, so that among them only what they
 * have paid counts: a group keeps one running gain, a member its offset from it, and the member with the highest credit is the top of a heap. The same sequence,
 * through any change of the set, for O(distinct weights + log n) instead of O(n). Whole numbers: credit of a member = gain of its group + its offset.
 */
class WeightedRoundRobin implements Balancer {
  private readonly slots = new Slots()
  private readonly credits = new Credits()
  private readonly groups: WeightGroup[] = []
  private readonly byWeight = new Map<number, WeightGroup>()
  private total = 0

  added(slot: SlotId, weight: number): void {
    this.slots.add(slot, weight)
    let group = this.byWeight.get(weight)
    if (group === undefined) {
      group = new WeightGroup(weight, this.credits)
      this.byWeight.set(weight, group)
      this.groups.push(group)
    }
    this.credits.open(slot, -group.gain) // a credit of 0
    group.add(slot)
    this.total += weight
  }

  removed(slot: SlotId): void {
    const weight = this.slots.weight[slot]
    this.slots.remove(slot)
    const group = this.byWeight.get(weight)!
    group.remove(slot)
    this.total -= weight
    if (group.size > 0) return
    this.byWeight.delete(weight)
    this.groups.splice(this.groups.indexOf(group), 1)
  }

  pick(_request: RequestView, exclude: SlotId): SlotId {
    if (this.slots.count === 0) return NO_BACKEND
    const passedOver = this.slots.passesOver(exclude) ? exclude : NO_BACKEND
    const price = passedOver === NO_BACKEND ? this.total : this.total - this.passOver(passedOver)
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
    offset[best] -= price
    bestGroup.moved(best)
    return best
  }

  ended(): void {
    // loads have no effect
  }

  /** The credit of an excluded backend does not grow with its group, nor does its weight count; returns that weight. */
  private passOver(slot: SlotId): number {
    const weight = this.slots.weight[slot]
    this.credits.offset[slot] -= weight
    this.byWeight.get(weight)!.moved(slot)
    return weight
  }
}

class Credits extends ColumnTable {
  readonly index = new HeapIndex()
  /** Credit minus the gain of the group. */
  readonly offset = this.column(Float64Array)
  /** Running number of the addition. */
  readonly order = this.column(Float64Array)
  private additions = 0

  constructor() {
    super(INITIAL_SLOTS)
  }

  open(slot: SlotId, offset: number): void {
    this.reserve(slot + 1)
    this.offset[slot] = offset
    this.order[slot] = this.additions++
  }
}

/** The backends of one weight, the highest credit at the top. */
class WeightGroup extends SlotHeap {
  readonly weight: number
  /** Weight times picks since the group was created. */
  gain = 0
  private readonly credits: Credits

  constructor(weight: number, credits: Credits) {
    super(credits.index)
    this.weight = weight
    this.credits = credits
  }

  protected before(a: SlotId, b: SlotId): boolean {
    const { offset, order } = this.credits
    const difference = offset[a] - offset[b]
    return difference > 0 || (difference === 0 && order[a] < order[b])
  }
}

/** nginx's algorithm as published: every credit grows by the weight, the backend with the highest pays the sum. */
export class WeightedRoundRobinTwin extends Twin<ListedBackend & { credit: number }> implements Balancer {
  added(slot: SlotId, weight: number): void {
    this.backends.push({ slot, weight, credit: 0 })
  }

  pick(_request: RequestView, exclude: SlotId): SlotId {
    const usable = this.usable(exclude)
    if (usable.length === 0) return NO_BACKEND
    let best = usable[0]
    for (const backend of usable) {
      backend.credit += backend.weight
      if (backend.credit > best.credit) best = backend
    }
    best.credit -= sumOf(usable)
    return best.slot
  }

  ended(): void {
    // loads have no effect
  }
}
