/** Weighted random: every backend with a probability in proportion to its weight. */
import { define } from '../../common/define.ts'
import type { SlotId } from '../../common/ids.ts'
import type { RandomStream } from '../../random/stream.ts'
import { NO_BACKEND, shareOf } from '../policy.ts'
import type { Balancer, BalancingContext, RequestView } from '../policy.ts'
import { BackendSet } from '../structures/slots.ts'
import { slotAt, sumOf, Twin } from '../structures/twin.ts'
import { WeightTree } from '../structures/weight-tree.ts'

export const weightedRandom = define({
  name: 'weighted-random',
  summary: 'Every backend with a probability in proportion to its weight.',
  source: 'nginx, ngx_http_upstream_random_module.c (random); Envoy, the random policy with weights',
  fidelity: 'faithful',
  parameters: {},
  create: (_values, context: BalancingContext): Balancer => new WeightedRandom(context),
})

/**
 * One draw over the sum of the weights. The alias method takes O(1) per pick but O(n) at each change of the set, which an autoscaler causes often; running sums in
 * a tree take O(log n) for both.
 */
class WeightedRandom implements Balancer {
  private readonly slots: BackendSet
  private readonly weights: WeightTree
  private readonly leads: boolean
  private readonly random: RandomStream

  constructor(context: BalancingContext) {
    const { value, leads } = shareOf(context, () => ({ slots: new BackendSet(), weights: new WeightTree() }))
    this.slots = value.slots
    this.weights = value.weights
    this.leads = leads
    this.random = context.random
  }

  added(slot: SlotId, weight: number): void {
    if (!this.leads) return
    this.slots.add(slot, weight)
    this.weights.add(slot, weight)
  }

  removed(slot: SlotId): void {
    if (!this.leads) return
    this.slots.remove(slot)
    this.weights.add(slot, -this.slots.weight[slot])
  }

  pick(_request: RequestView, exclude: SlotId): SlotId {
    const { slots, weights } = this
    if (slots.count === 0) return NO_BACKEND
    if (!slots.passesOver(exclude)) return weights.find(Math.floor(this.random.next() * weights.total))
    const without = slots.weight[exclude]
    const point = Math.floor(this.random.next() * (weights.total - without))
    return weights.find(point < weights.before(exclude) ? point : point + without)
  }

  ended(): void {
    // loads have no effect
  }
}

/** A point of the summed weights, found by a walk over the backends in order of their slots. */
export class WeightedRandomTwin extends Twin implements Balancer {
  private readonly random: RandomStream

  constructor(random: RandomStream) {
    super()
    this.random = random
  }

  added(slot: SlotId, weight: number): void {
    this.backends.push({ slot, weight })
    this.backends.sort((a, b) => a.slot - b.slot)
  }

  pick(_request: RequestView, exclude: SlotId): SlotId {
    const usable = this.usable(exclude)
    if (usable.length === 0) return NO_BACKEND
    return slotAt(usable, Math.floor(this.random.next() * sumOf(usable)))
  }

  ended(): void {
    // loads have no effect
  }
}
