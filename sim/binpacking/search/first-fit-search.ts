/** The lowest bin that fits, by the tree over the bins. */
import { NONE } from '../../cluster/views.ts'
import { BinTree } from './bin-tree.ts'
import type { Bins } from './bins.ts'
import type { Measure } from './measure.ts'
import type { BinSearch } from './search.ts'

export class FirstFitSearch implements BinSearch {
  private readonly tree = new BinTree()
  private bins!: Bins
  private podClass = 0
  private cursor = 0
  /** By class: all bins below do not fit it. */
  private from = new Int32Array(0)

  /** @param closed bins that are no choice, whatever they have free */
  reset(bins: Bins, measure: Measure, most: number, closed?: (bin: number) => boolean): void {
    this.bins = bins
    this.tree.reset(bins, measure, most, closed)
    this.from = new Int32Array(measure.classes.count)
  }

  // A class goes on where its last pod stopped: the bins before did not fit it and only get fuller.
  start(podClass: number): void {
    this.podClass = podClass
    this.tree.ask(podClass)
    this.cursor = this.from[podClass]
  }

  next(): number {
    const bin = this.tree.first(this.cursor)
    this.from[this.podClass] = bin === NONE ? this.bins.count : bin
    this.cursor = bin === NONE ? this.bins.count : bin + 1
    return bin
  }

  filled(bin: number): void {
    this.tree.update(bin)
  }

  opened(bin: number): void {
    this.tree.update(bin)
  }

  /** Bins got room again: every class begins at the first bin. */
  reopened(bin: number): void {
    this.from.fill(0)
    this.tree.update(bin)
  }

  /** Takes the bin out of the search until `reopened`. */
  close(bin: number): void {
    this.tree.close(bin)
  }
}
