/** How a packer looks for a bin: the one thing in which the members of this family differ, besides the order of the pods. */
import type { Bins } from './bins.ts'
import type { Measure } from './measure.ts'

export interface BinSearch {
  /** A new round; at most `most` bins will ever be open. */
  reset(bins: Bins, measure: Measure, most: number): void
  /** From now on pods of this class are placed, one after another. */
  start(podClass: number, size: number): void
  /** The next bin to try for this class, in the order of preference; each is tried once. NONE when all were. */
  next(): number
  /** The bin that `next` gave last was filled with as many pods of the class as it takes, or as there are. */
  filled(bin: number): void
  /** A new bin, already filled in the same way. */
  opened(bin: number): void
}
