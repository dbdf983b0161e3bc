/** Best fit takes the pods in order of arrival and prefers the fitting bin with the least free space. */
import { CPU, MEMORY, type ClassesView } from '../../cluster/views.ts'
import { define } from '../../common/define.ts'
import { NONE, type PodClassId } from '../../common/ids.ts'
import { ColumnTable } from '../../common/table.ts'
import type { BinSearch } from '../item-centric/bin-search.ts'
import { arrival, itemCentricPacker } from '../item-centric/item-centric.ts'
import { extremeFitting, itemCentricTwin } from '../item-centric/twin.ts'
import type { BinId, PackerDefinition } from '../policy.ts'
import type { Bins } from '../round/bins.ts'
import type { Measure } from '../round/measure.ts'
import { newBinParameters, optionsOf, sizeParameters } from '../round/parameters.ts'

export const bestFit: PackerDefinition = {
  ...define({
    name: 'best-fit',
    summary: 'pods in order of arrival, each in the fitting bin with the least free space (ties: lowest bin)',
    source:
      'Johnson 1973, Near-optimal bin packing algorithms; vectors measured as in Panigrahy, Talwar, Uyeda and Wieder 2011, Heuristics for vector bin packing',
    fidelity: 'faithful',
    parameters: { ...sizeParameters, ...newBinParameters },
    create: (values) => itemCentricPacker(arrival, new BestFitSearch(), optionsOf(values)),
  }),
  twin: (values) => itemCentricTwin(arrival, smallestFitting, optionsOf(values)),
}

/** The largest number of bins in a round: a sort key is level * MAX_BINS + bin, with a level of at most LEVELS, and stays below 2^53. */
const MAX_BINS = 16_777_216 // 2^24
const LEVELS = 268_435_456 // 2^28

/**
 * Searches a list of the bins in order of free size (ties: lowest bin), existing bins before new ones. A pod fits only where the free size
 * is at least its own size, so the search starts there and passes over bins that lack CPU or memory with two comparisons each. A filled bin
 * moves left to its new place.
 *
 * A balanced tree over the order, with maxima as in BinTree, would pass over more bins at once when no two pods are alike. The list is a
 * third of the code and does short moves, and runs of equal pods need one search per class.
 *
 * Rows are places in the order.
 */
export class BestFitSearch extends ColumnTable implements BinSearch {
  /** The bin at the place, and its free size. */
  private order = this.column(Int32Array)
  private sizes = this.column(Float64Array)
  /** Places of existing bins; those of new bins follow, up to `count`. */
  private existing = 0
  private count = 0
  private size = 0
  private cursor = 0
  private requestedCpu = 0
  private requestedMemory = 0
  private bins!: Bins
  private classes!: ClassesView

  reset(bins: Bins, measure: Measure, maxBins: number): void {
    this.bins = bins
    this.classes = measure.classes
    this.existing = bins.count
    this.count = bins.count
    this.reserve(maxBins)
    this.sort()
  }

  /**
   * Sorts the existing bins. Sorting plain numbers is ten times faster than sorting bins by a comparison. The key is the free size, cut to
   * 28 bits of the largest, and the bin; only bins that are out of order because the cut made them equal are compared.
   */
  private sort(): void {
    const { bins, count, order, sizes } = this
    if (count > MAX_BINS) throw new RangeError(`too many bins in one round: ${count}, at most ${MAX_BINS} are accepted`)
    const sizeOf = new Float64Array(count)
    let largest = 0
    for (let bin = 0; bin < count; bin++) {
      sizeOf[bin] = bins.freeSize(bin)
      if (sizeOf[bin] > largest) largest = sizeOf[bin]
    }
    const keys = new Float64Array(count)
    const levels = largest > 0 ? LEVELS / largest : 0
    for (let bin = 0; bin < count; bin++) keys[bin] = Math.floor(sizeOf[bin] * levels) * MAX_BINS + bin
    keys.sort()
    for (let place = 0; place < count; place++) order[place] = keys[place] % MAX_BINS
    for (let from = 0, end = 0; from < count; from = end) {
      let inOrder = true
      for (end = from + 1; end < count && keys[end] - order[end] === keys[from] - order[from]; end++) {
        if (sizeOf[order[end]] < sizeOf[order[end - 1]]) inOrder = false
      }
      if (!inOrder) order.subarray(from, end).sort((a, b) => sizeOf[a] - sizeOf[b] || a - b)
    }
    for (let place = 0; place < count; place++) sizes[place] = sizeOf[order[place]]
  }

  start(podClass: PodClassId, size: number): void {
    this.requestedCpu = this.classes.request[CPU][podClass]
    this.requestedMemory = this.classes.request[MEMORY][podClass]
    this.size = size
    this.cursor = this.lowerBound(size, NONE, 0, this.existing)
  }

  next(): BinId {
    const { existing } = this
    const found = this.cursor < existing ? this.candidate(existing) : NONE
    if (found !== NONE) return found
    if (this.cursor <= existing) this.cursor = this.lowerBound(this.size, NONE, existing, this.count)
    return this.candidate(this.count)
  }

  /** The first bin from the cursor to `end` with enough CPU and memory, NONE when there is none; the cursor moves behind it. */
  private candidate(end: number): BinId {
    const { order, requestedCpu, requestedMemory } = this
    const cpu = this.bins.free[CPU]
    const memory = this.bins.free[MEMORY]
    for (let place = this.cursor; place < end; place++) {
      const bin = order[place]
      if (cpu[bin] < requestedCpu || memory[bin] < requestedMemory) continue
      this.cursor = place + 1
      return bin
    }
    this.cursor = end
    return NONE
  }

  // The free size of the bin has decreased, so it moves left; the places behind the cursor do not change.
  filled(bin: BinId): void {
    this.insert(bin, this.cursor - 1)
  }

  opened(bin: BinId): void {
    this.insert(bin, this.count)
    this.count++
    this.cursor = this.count
  }

  /** Inserts the bin before `vacant`, a place whose entry is no longer needed. */
  private insert(bin: BinId, vacant: number): void {
    const size = this.bins.freeSize(bin)
    const to = this.lowerBound(size, bin, bin < this.existing ? 0 : this.existing, vacant)
    this.sizes.copyWithin(to + 1, to, vacant)
    this.order.copyWithin(to + 1, to, vacant)
    this.sizes[to] = size
    this.order[to] = bin
  }

  /** The first place from `start` to `end` that is not before (size, bin). */
  private lowerBound(size: number, bin: BinId, start: number, end: number): number {
    let low = start
    let high = end
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.sizes[middle] < size || (this.sizes[middle] === size && this.order[middle] < bin)) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** The fitting bin with the smallest free size: the scan of the twins. */
export const smallestFitting = extremeFitting((size, best) => size < best)
