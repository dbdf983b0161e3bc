/**
 * Chooses the type of the next new bin when a pod fits no open bin. Among the types that are below their limit and hold the pod, it is the
 * one with the least first key, then the least second key, then the lowest row:
 *
 *   rule            first key                                                                     second key
 *   price-per-pod   price / pods of this class that the empty bin holds, at most all unplaced     - that number of pods
 *   cheapest        price                                                                         - that number of pods
 *   price-per-size  price / size of the unplaced pods that the empty bin holds                    - that size
 *   largest         - free size of the empty bin                                                  price
 *
 * For price-per-size the bin is filled with pods of this class first, then class by class, largest first. price-per-pod never opens a large
 * bin for the last small pod. price-per-size sees what else the bin would hold, and costs a trial packing of each type.
 */
import { NONE, type PodClassId } from '../../common/ids.ts'
import type { Bins } from './bins.ts'
import type { BinType, BinTypeId } from '../policy.ts'
import type { Unplaced } from './unplaced.ts'

export const newBinsNames = ['price-per-pod', 'cheapest', 'price-per-size', 'largest'] as const
export type NewBinsName = (typeof newBinsNames)[number]

export class NewBins {
  private readonly rule: NewBinsName
  private bins!: Bins
  private types: readonly BinType[] = []
  private unplaced!: Unplaced
  /** The two keys of the type that was rated last. */
  private first = 0
  private second = 0

  constructor(rule: NewBinsName) {
    this.rule = rule
  }

  /** Starts a round. @param bins reset to the same problem */
  reset(bins: Bins, types: readonly BinType[], unplaced: Unplaced): void {
    this.bins = bins
    this.types = types
    this.unplaced = unplaced
  }

  /** The type of a new bin for a pod of the class, NONE when no type below its limit holds one. */
  choose(podClass: PodClassId): BinTypeId {
    let best: BinTypeId = NONE
    let first = 0
    let second = 0
    for (let type = 0; type < this.types.length; type++) {
      if (!this.bins.available(type)) continue
      const holds = this.bins.emptyHolds(podClass, type)
      if (holds === 0) continue
      this.rate(type, podClass, holds)
      if (best !== NONE && (this.first > first || (this.first === first && this.second >= second))) continue
      best = type
      first = this.first
      second = this.second
    }
    return best
  }

  private rate(type: BinTypeId, podClass: PodClassId, holds: number): void {
    const { price } = this.types[type]
    switch (this.rule) {
      case 'price-per-pod':
        return this.pricePer(Math.min(this.unplaced.total, holds), price)
      case 'cheapest':
        this.first = price
        this.second = -Math.min(this.unplaced.total, holds)
        return
      case 'price-per-size':
        return this.pricePer(this.packedSize(type, podClass), price)
      case 'largest':
        this.first = -this.emptySize(type)
        this.second = price
    }
  }

  // Equal fractions of whole numbers give equal quotients, since division rounds the exact value.
  private pricePer(amount: number, price: number): void {
    this.first = price === 0 ? 0 : price / amount
    this.second = -amount
  }

  private emptySize(type: BinTypeId): number {
    const size = this.bins.freeSize(this.bins.open(type))
    this.bins.discard()
    return size
  }

  /** The size of the unplaced pods that an empty bin of the type holds. */
  private packedSize(type: BinTypeId, podClass: PodClassId): number {
    const { bins } = this
    const { bySize, sizeOf, countOf } = this.unplaced
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
