/** Envoy's turns by weight: hosts by exact deadlines, from a random point of their period on. Source: Envoy 1.40, EdfScheduler; recordings of it. */
import type { SlotId } from '../../../common/ids.ts'
import type { BackendSet } from '../slots.ts'
import { ExactDeadlines } from '../deadlines.ts'

/** The hosts of a balancer in the order of their slots; made again when the hosts have changed. */
export class EnvoyHosts {
  readonly order: Int32Array
  /** Weights count only where they differ. */
  readonly equal: boolean
  private readonly weight: Int32Array

  constructor(slots: BackendSet) {
    this.order = slots.inOrder()
    this.weight = slots.weight
    this.equal = this.order.every((slot) => slots.weight[slot] === slots.weight[this.order[0]])
  }

  /**
   * Deadlines after `start` picks, modulo the period, which is the sum of the weights over their greatest common divisor. Each host has its share of them,
   * rounded down; the rest are picks.
   */
  deadlines(start: number): ExactDeadlines {
    const { order, weight } = this
    let total = 0
    let divisor = 0
    for (const slot of order) {
      total += weight[slot]
      divisor = gcd(divisor, weight[slot])
    }
    const deadlines = new ExactDeadlines()
    let left = start % (total / divisor)
    const skipped = left
    order.forEach((slot, i) => {
      const turns = Math.floor((skipped * weight[slot]) / total)
      left -= turns
      deadlines.insert(slot, weight[slot], i, turns + 1)
    })
    for (; left > 0; left--) deadlines.take(deadlines.first(NO_EXCLUSION))
    return deadlines
  }
}

const NO_EXCLUSION: SlotId = -1

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b))

/** Range of random starts. */
export const MAX_START = 0x40000000
