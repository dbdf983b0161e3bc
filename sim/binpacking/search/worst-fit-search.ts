/** The fitting bin with the most room, existing ones before new ones, by a tree over each. */
import { NONE } from '../../cluster/views.ts'
import type { Bins } from './bins.ts'
import type { Measure } from './measure.ts'
import { RoomTree } from './room-tree.ts'
import type { BinSearch } from './search.ts'

export class WorstFitSearch implements BinSearch {
  /** The emptiest bin is another one after each pod. */
  readonly oneByOne = true
  private readonly existing = new RoomTree()
  private readonly fresh = new RoomTree()
  private bins = 0
  private podClass = 0
  /** By class: 1 when no existing bin takes it; they only get fuller. */
  private nowhere = new Uint8Array(0)

  reset(bins: Bins, measure: Measure, most: number): void {
    this.bins = bins.count
    this.existing.reset(bins, measure, 0, bins.count)
    this.fresh.reset(bins, measure, bins.count, most - bins.count)
    this.nowhere = new Uint8Array(measure.classes.count)
  }

  start(podClass: number): void {
    this.podClass = podClass
    this.existing.ask(podClass)
    this.fresh.ask(podClass)
  }

  next(): number {
    if (this.nowhere[this.podClass] === 0) {
      const bin = this.existing.roomiest()
      if (bin !== NONE) return bin
      this.nowhere[this.podClass] = 1
    }
    return this.fresh.roomiest()
  }

  filled(bin: number): void {
    if (bin < this.bins) this.existing.update(bin)
    else this.fresh.update(bin)
  }

  opened(bin: number): void {
    this.fresh.update(bin)
  }
}
