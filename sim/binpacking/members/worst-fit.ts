/** Worst fit takes the pods in order of arrival and prefers the fitting bin with the most free space. */
import { define } from '../../common/define.ts'
import { NONE, type PodClassId } from '../../common/ids.ts'
import type { BinSearch } from '../item-centric/bin-search.ts'
import { FreeSizeTree } from '../item-centric/free-size-tree.ts'
import { arrival, itemCentricPacker } from '../item-centric/item-centric.ts'
import { extremeFitting, itemCentricTwin } from '../item-centric/twin.ts'
import type { BinId, PackerDefinition } from '../policy.ts'
import type { Bins } from '../round/bins.ts'
import type { Measure } from '../round/measure.ts'
import { newBinParameters, optionsOf, sizeParameters } from '../round/parameters.ts'

export const worstFit: PackerDefinition = {
  ...define({
    name: 'worst-fit',
    summary: 'pods in order of arrival, each in the fitting bin with the most free space (ties: lowest bin); a new bin only when none fits',
    source:
      'Johnson 1973, Near-optimal bin packing algorithms; vectors measured as in Panigrahy, Talwar, Uyeda and Wieder 2011, Heuristics for vector bin packing',
    fidelity: 'faithful',
    parameters: { ...sizeParameters, ...newBinParameters },
    create: (values) => itemCentricPacker(arrival, new WorstFitSearch(), optionsOf(values)),
  }),
  twin: (values) => itemCentricTwin(arrival, largestFitting, optionsOf(values)),
}

/** Searches two trees over the bins, one for the existing bins and one for the new ones, for the largest free size. */
export class WorstFitSearch implements BinSearch {
  /** After each pod another bin may have the most free space. */
  readonly oneByOne = true
  private readonly existing = new FreeSizeTree()
  private readonly added = new FreeSizeTree()
  /** Number of existing bins. */
  private bins = 0
  private podClass: PodClassId = 0
  /** By class: 1 when no existing bin fits it, and so none will later. */
  private noneExisting = new Uint8Array(0)

  reset(bins: Bins, measure: Measure, maxBins: number): void {
    this.bins = bins.count
    this.existing.reset(bins, measure, 0, bins.count)
    this.added.reset(bins, measure, bins.count, maxBins - bins.count)
    this.noneExisting = new Uint8Array(measure.classes.count)
  }

  start(podClass: PodClassId): void {
    this.podClass = podClass
    this.existing.start(podClass)
    this.added.start(podClass)
  }

  next(): BinId {
    if (this.noneExisting[this.podClass] === 0) {
      const bin = this.existing.largest()
      if (bin !== NONE) return bin
      this.noneExisting[this.podClass] = 1
    }
    return this.added.largest()
  }

  filled(bin: BinId): void {
    if (bin < this.bins) this.existing.update(bin)
    else this.added.update(bin)
  }

  opened(bin: BinId): void {
    this.added.update(bin)
  }
}

/** The fitting bin with the largest free size: the scan of the twins. */
export const largestFitting = extremeFitting((size, best) => size > best)
