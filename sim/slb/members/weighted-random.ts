import { define } from '../../common/define.ts'
import { NO_BACKEND } from '../policy.ts'
import type { Balancer, BalancingContext, RequestView } from '../policy.ts'
import { Slots } from '../structures/slots.ts'
import { WeightTree } from '../structures/weight-tree.ts'
import type { RandomStream } from '../../random/stream.ts'

/** Weighted random: every backend with a probability in proportion to its weight. */
export const weightedRandom = define({
  name: 'weighted-random',
  summary: 'Every backend with a probability in proportion to its weight.',
  source: 'nginx, ngx_http_upstream_random_module.c (random); Envoy, the random policy with weights',
  fidelity: 'faithful',
  parameters: {},
  create: (_values, context: BalancingContext): Balancer => new WeightedRandom(context.random),
})

/**
 * One draw over the sum of the weights, and whose share it falls in. Plainly a walk over all; the alias method would take O(1) a pick,
 * and O(n) anew at each change of the set, which an autoscaler brings all the time. Running sums in a tree take O(log n) for both.
 */
class WeightedRandom implements Balancer {
  private readonly slots = new Slots()
  private readonly weights = new WeightTree()
  private readonly random: RandomStream

  constructor(random: RandomStream) {
    this.random = random
  }

  added(slot: number, weight: number): void {
    this.slots.add(slot, weight)
    this.weights.add(slot, weight)
  }

  removed(slot: number): void {
    this.slots.remove(slot)
    this.weights.add(slot, -this.slots.weight[slot])
  }

  pick(_request: RequestView, exclude: number): number {
    const { slots, weights } = this
    if (slots.count === 0) return NO_BACKEND
    if (!slots.passesOver(exclude)) return weights.find(Math.floor(this.random.next() * weights.total))
    const without = slots.weight[exclude]
    const point = Math.floor(this.random.next() * (weights.total - without))
    return weights.find(point < weights.before(exclude) ? point : point + without)
  }

  ended(): void {
    // counts nothing
  }
}
