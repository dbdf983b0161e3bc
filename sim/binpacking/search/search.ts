/** How a packer looks for a bin: the one thing in which most members of this family differ, besides the order of the pods. */
import type { Bins } from './bins.ts'
import type { Measure } from './measure.ts'

export interface BinSearch {
  /** The bin is to be filled with one pod at a time, and `next` may give it again; otherwise with as many of a class as it takes. */
  readonly oneByOne?: boolean
  /** A new round; at most `most` bins will ever be open. */
  reset(bins: Bins, measure: Measure, most: number): void
  /** From now on pods of this class are placed, one after another. */
  start(podClass: number, size: number): void
  /** The next bin to try for this class, in the order of preference; each is tried once. NONE when all were. */
  next(): number
  /** Bins that `next` kept back, for when no new one can be had; each is tried once. NONE when all were. */
  lastResort?(): number
  /** The bin that `next` gave last was filled. */
  filled(bin: number): void
  /** A new bin, already filled in the same way. */
  opened(bin: number): void
}
