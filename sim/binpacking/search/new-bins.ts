/**
 * Which type the next new bin has, when no open bin takes a pod. Among the types that are below their limit and hold the pod, the one with the least
 * first number, then the least second, then the lowest row:
 *   price-per-pod   price / pods of this class that the empty bin would hold, counting no more than the pods that still wait; then more such pods
 *   cheapest        price; then more pods of this class
 *   price-per-size  price / total size of what the empty bin would hold of the waiting pods: first pods of this class, then class by class, largest first; then more size
 *   largest         - room of the empty bin; then price
 * The first never opens a large bin for the last small pod, the third sees what else would go in, and pays for it: it tries each type in thought.
 */
import { NONE } from '../../cluster/views.ts'
import type { Bins } from './bins.ts'
import type { Waiting } from './waiting.ts'
import type { BinType } from '../policy.ts'

export type NewBinsName = 'price-per-pod' | 'cheapest' | 'price-per-size' | 'largest'

export class NewBins {
  private readonly rule: NewBinsName
  private bins!: Bins
  private types: readonly BinType[] = []
  private waiting!: Waiting
  /** The two numbers of the type that was judged last. */
  private first = 0
  private second = 0

  constructor(rule: NewBinsName) {
    this.rule = rule
  }

  reset(bins: Bins, types: readonly BinType[], waiting: Waiting): void {
    this.bins = bins
    this.types = types
    this.waiting = waiting
  }

  /** The type for a pod of the class; NONE when no type below its limit takes it. */
  choose(podClass: number): number {
    let best = NONE
    let first = 0
    let second = 0
    for (let type = 0; type < this.types.length; type++) {
      if (!this.bins.available(type)) continue
      const holds = this.bins.emptyHolds(podClass, type)
      if (holds === 0) continue
      this.judge(type, podClass, holds)
      if (best !== NONE && (this.first > first || (this.first === first && this.second >= second))) continue
      best = type
      first = this.first
      second = this.second
    }
    return best
  }

  private judge(type: number, podClass: number, holds: number): void {
    const { price } = this.types[type]
    switch (this.rule) {
      case 'price-per-pod':
        return this.perWorth(price, Math.min(this.waiting.total, holds))
      case 'cheapest':
        this.first = price
        this.second = -Math.min(this.waiting.total, holds)
        return
      case 'price-per-size':
        return this.perWorth(price, this.packedSize(type, podClass))
      case 'largest':
        this.first = -this.emptyRoom(type)
        this.second = price
    }
  }

  // Quotients of whole numbers are equal when the fractions are: division rounds the exact value.
  private perWorth(price: number, worth: number): void {
    this.first = price === 0 ? 0 : price / worth
    this.second = -worth
  }

  private emptyRoom(type: number): number {
    const room = this.bins.room(this.bins.open(type))
    this.bins.discard()
    return room
  }

  private packedSize(type: number, podClass: number): number {
    const { waiting, bins } = this
    const { bySize, sizeOf, countOf } = waiting
    const bin = bins.open(type)
    let size = sizeOf[podClass] * bins.place(podClass, bin, countOf[podClass])
    for (let k = 0; k < bySize.length && !bins.full(bin); k++) {
      const other = bySize[k]
      if (other !== podClass && countOf[other] > 0) size += sizeOf[other] * bins.place(other, bin, countOf[other])
    }
    bins.discard()
    return size
  }
}
