/** How an item-centric packer finds a bin. Members of this form differ in their search and in the order of the pods. */
import type { PodClassId } from '../../common/ids.ts'
import type { BinId } from '../policy.ts'
import type { Bins } from '../round/bins.ts'
import type { Measure } from '../round/measure.ts'

/** Proposes bins for one pod class at a time, in the order of preference of the member. */
export interface BinSearch {
  /** True: a bin gets one pod at a time, and `next` may return it again. Otherwise it gets as many pods of the class as fit. */
  readonly oneByOne?: boolean
  /** Starts a round, in which there are never more than `maxBins` bins, existing and new ones together. */
  reset(bins: Bins, measure: Measure, maxBins: number): void
  /** Starts the search for pods of this class, of this size. */
  start(podClass: PodClassId, size: number): void
  /** The next bin to try for the class, each one once; NONE when all have been tried. The bin may turn out not to fit. */
  next(): BinId
  /** The next bin that `next` left out, for when no new bin can be opened, each one once; NONE when all have been tried. */
  lastResort?(): BinId
  /** The bin that `next` or `lastResort` returned last has received pods. */
  filled(bin: BinId): void
  /** A new bin has been opened and has received pods. */
  opened(bin: BinId): void
}
