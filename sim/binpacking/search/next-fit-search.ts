/**
 * Next fit: no looking back. Among new bins only the newest is open. The existing ones are a ring: the search goes on from the one that took the last pod, all the
 * way round, because a node that is there costs nothing, and a pod that waits beside it would (textbook instances have no existing bins).
 * Only when no new bin can be had does it look back at the new ones that were closed, so that no pod is left over that some bin could take.
 */
import { NONE } from '../../cluster/views.ts'
import { BinTree } from './bin-tree.ts'
import type { Bins } from './bins.ts'
import type { Measure } from './measure.ts'
import type { BinSearch } from './search.ts'

const Phase = { Ahead: 0, Round: 1, Newest: 2, Through: 3 } as const

export class NextFitSearch implements BinSearch {
  private readonly tree = new BinTree()
  private existing = 0
  /** The existing bin that took the last pod. */
  private pointer = 0
  private newest = NONE
  private podClass = 0
  private phase: number = Phase.Ahead
  private cursor = 0
  /** Where the ring began for this class. */
  private turn = 0
  private closed = 0
  /** By class: 1 when no existing bin takes it; they only get fuller. */
  private nowhere = new Uint8Array(0)

  reset(bins: Bins, measure: Measure, most: number): void {
    this.tree.reset(bins, measure, most)
    this.existing = bins.count
    this.pointer = 0
    this.newest = NONE
    this.nowhere = new Uint8Array(measure.classes.count)
  }

  start(podClass: number): void {
    this.podClass = podClass
    this.tree.ask(podClass)
    this.phase = this.nowhere[podClass] === 1 ? Phase.Newest : Phase.Ahead
    this.cursor = this.pointer
    this.turn = this.pointer
    this.closed = this.existing
  }

  next(): number {
    if (this.phase === Phase.Ahead) {
      const bin = this.step(this.existing)
      if (bin !== NONE) return bin
      this.phase = Phase.Round
      this.cursor = 0
    }
    if (this.phase === Phase.Round) {
      const bin = this.step(this.turn)
      if (bin !== NONE) return bin
      this.phase = Phase.Newest
      this.nowhere[this.podClass] = 1
    }
    const newest = this.phase === Phase.Newest ? this.newest : NONE
    this.phase = Phase.Through
    return newest
  }

  private step(end: number): number {
    const bin = this.tree.first(this.cursor)
    if (bin === NONE || bin >= end) return NONE
    this.cursor = bin + 1
    return bin
  }

  lastResort(): number {
    const bin = this.tree.first(this.closed)
    if (bin !== NONE) this.closed = bin + 1
    return bin
  }

  filled(bin: number): void {
    if (bin < this.existing) this.pointer = bin
    this.tree.update(bin)
  }

  opened(bin: number): void {
    this.newest = bin
    this.tree.update(bin)
  }
}
