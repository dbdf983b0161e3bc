/** First fit takes the pods in order of arrival and prefers the lowest bin that fits. */
import { define } from '../../common/define.ts'
import { NONE, type PodClassId } from '../../common/ids.ts'
import type { BinSearch } from '../item-centric/bin-search.ts'
import { BinTree } from '../item-centric/bin-tree.ts'
import { arrival, itemCentricPacker } from '../item-centric/item-centric.ts'
import { itemCentricTwin, lowestFitting } from '../item-centric/twin.ts'
import type { BinId, PackerDefinition } from '../policy.ts'
import type { Bins } from '../round/bins.ts'
import type { Measure } from '../round/measure.ts'
import { newBinParameters, optionsOf } from '../round/parameters.ts'

export const firstFit: PackerDefinition = {
  ...define({
    name: 'first-fit',
    summary: 'pods in order of arrival, each in the lowest bin that fits',
    source: 'Johnson 1973, Near-optimal bin packing algorithms',
    fidelity: 'faithful',
    parameters: { ...newBinParameters },
    create: (values) => itemCentricPacker(arrival, new FirstFitSearch(), optionsOf(values)),
  }),
  twin: (values) => itemCentricTwin(arrival, lowestFitting, optionsOf(values)),
}

/** Searches a tree over the bins for the lowest one that fits. */
export class FirstFitSearch implements BinSearch {
  private readonly tree = new BinTree()
  private bins!: Bins
  private podClass: PodClassId = 0
  private cursor: BinId = 0
  /** By class: no lower bin fits it. */
  private from = new Int32Array(0)

  /** @param closed true for bins that must not be found, whatever they have free */
  reset(bins: Bins, measure: Measure, maxBins: number, closed?: (bin: BinId) => boolean): void {
    this.bins = bins
    this.tree.reset(bins, measure, maxBins, closed)
    this.from = new Int32Array(measure.classes.count)
  }

  // A class starts where its last pod stopped: the lower bins did not fit it, and free amounts only decrease.
  start(podClass: PodClassId): void {
    this.podClass = podClass
    this.tree.start(podClass)
    this.cursor = this.from[podClass]
  }

  next(): BinId {
    const bin = this.tree.first(this.cursor)
    this.from[this.podClass] = bin === NONE ? this.bins.count : bin
    this.cursor = bin === NONE ? this.bins.count : bin + 1
    return bin
  }

  filled(bin: BinId): void {
    this.tree.update(bin)
  }

  opened(bin: BinId): void {
    this.tree.update(bin)
  }

  /** Pods have been removed from the bin, or it is no longer closed: every class starts at the first bin again. */
  reopened(bin: BinId): void {
    this.from.fill(0)
    this.tree.update(bin)
  }

  /** Every class starts at the first bin again. */
  restart(): void {
    this.from.fill(0)
  }

  /** Excludes the bin from the search until `reopened`. */
  close(bin: BinId): void {
    this.tree.close(bin)
  }
}
