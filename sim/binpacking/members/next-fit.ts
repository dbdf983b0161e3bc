/** Next fit takes the pods in order of arrival and prefers the newest bin; older ones are not tried again. */
import { define } from '../../common/define.ts'
import { NONE, type PodClassId } from '../../common/ids.ts'
import type { BinSearch } from '../item-centric/bin-search.ts'
import { BinTree } from '../item-centric/bin-tree.ts'
import { arrival, itemCentricPacker } from '../item-centric/item-centric.ts'
import { itemCentricTwin, type BinScan } from '../item-centric/twin.ts'
import type { BinId, PackerDefinition } from '../policy.ts'
import type { Bins } from '../round/bins.ts'
import type { Measure } from '../round/measure.ts'
import { newBinParameters, optionsOf } from '../round/parameters.ts'

export const nextFit: PackerDefinition = {
  ...define({
    name: 'next-fit',
    summary:
      'pods in order of arrival, each in the newest bin or, if it does not fit, in another new one, never in an older one; existing bins are tried first, in a ring from the one used last',
    source: 'Johnson 1973, Near-optimal bin packing algorithms',
    fidelity: 'faithful',
    parameters: { ...newBinParameters },
    create: (values) => itemCentricPacker(arrival, new NextFitSearch(), optionsOf(values)),
  }),
  twin: (values) => itemCentricTwin(arrival, nextFitting, optionsOf(values)),
}

/** The steps of a search: existing bins from the one used last, those before it, the newest bin, nothing left. */
const Phase = { Ahead: 0, Wrapped: 1, Newest: 2, Done: 3 } as const
type Phase = (typeof Phase)[keyof typeof Phase]

/**
 * Searches the existing bins as a ring, by a tree over the bins, and of the new bins only the newest. An existing node costs nothing, so
 * all of them are tried before a new one is opened (textbook instances have no existing bins). The older new bins are the last resort, so
 * that no pod is left over that some bin can take.
 */
export class NextFitSearch implements BinSearch {
  private readonly tree = new BinTree()
  /** Number of existing bins. */
  private existing = 0
  /** The existing bin that took the last pod. */
  private lastUsed: BinId = 0
  private newest: BinId = NONE
  private podClass: PodClassId = 0
  private phase: Phase = Phase.Ahead
  private cursor: BinId = 0
  /** The existing bin at which the search for this class started. */
  private ringStart: BinId = 0
  /** The next new bin of the last resort. */
  private older: BinId = 0
  /** By class: 1 when no existing bin fits it, and so none will later. */
  private noneExisting = new Uint8Array(0)

  reset(bins: Bins, measure: Measure, maxBins: number): void {
    this.tree.reset(bins, measure, maxBins)
    this.existing = bins.count
    this.lastUsed = 0
    this.newest = NONE
    this.noneExisting = new Uint8Array(measure.classes.count)
  }

  start(podClass: PodClassId): void {
    this.podClass = podClass
    this.tree.start(podClass)
    this.phase = this.noneExisting[podClass] === 1 ? Phase.Newest : Phase.Ahead
    this.cursor = this.lastUsed
    this.ringStart = this.lastUsed
    this.older = this.existing
  }

  next(): BinId {
    if (this.phase === Phase.Ahead) {
      const bin = this.nextExisting(this.existing)
      if (bin !== NONE) return bin
      this.phase = Phase.Wrapped
      this.cursor = 0
    }
    if (this.phase === Phase.Wrapped) {
      const bin = this.nextExisting(this.ringStart)
      if (bin !== NONE) return bin
      this.phase = Phase.Newest
      this.noneExisting[this.podClass] = 1
    }
    const newest = this.phase === Phase.Newest ? this.newest : NONE
    this.phase = Phase.Done
    return newest
  }

  /** The next existing bin from the cursor to `end`. */
  private nextExisting(end: BinId): BinId {
    const bin = this.tree.first(this.cursor)
    if (bin === NONE || bin >= end) return NONE
    this.cursor = bin + 1
    return bin
  }

  lastResort(): BinId {
    const bin = this.tree.first(this.older)
    if (bin !== NONE) this.older = bin + 1
    return bin
  }

  filled(bin: BinId): void {
    if (bin < this.existing) this.lastUsed = bin
    this.tree.update(bin)
  }

  opened(bin: BinId): void {
    this.newest = bin
    this.tree.update(bin)
  }
}

/** The first fitting existing bin from the one used last on, all the way round, else the newest new one: the scan of the twins. */
export const nextFitting: BinScan = (podClass, bins, state) => {
  for (let k = 0; k < state.existing; k++) {
    const bin = (state.lastUsed + k) % state.existing
    if (!bins.fits(podClass, bin)) continue
    state.lastUsed = bin
    return bin
  }
  const newest = bins.count - 1
  return newest >= state.existing && bins.fits(podClass, newest) ? newest : NONE
}
