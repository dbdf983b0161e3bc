/** The reference implementation (twin) of item-centric packers: for each pod a scan of all bins. Same decisions, pod by pod. */
import { NONE, type PodClassId } from '../../common/ids.ts'
import type { BinId, Packer } from '../policy.ts'
import type { Bins } from '../round/bins.ts'
import type { PackOptions } from '../round/parameters.ts'
import { PlainRound } from '../round/plain-round.ts'
import type { ItemOrder } from './item-centric.ts'

/** The packer that scans the bins by `scan` for each item in this order. */
export function itemCentricTwin(order: ItemOrder, scan: BinScan, options: PackOptions = {}): Packer {
  return {
    pack: (problem) => {
      const round = new PlainRound(problem, options)
      const { bins, unplaced, newBins } = round
      const state: ScanState = { existing: problem.bins, lastUsed: 0 }
      order(problem, unplaced).forEach((item) => {
        const podClass = problem.podClass[item]
        let target = scan(podClass, bins, state)
        if (target === NONE) {
          const type = newBins.choose(podClass)
          // When no new bin can be opened, an older one may fit (next fit is the only scan that leaves some out).
          target = type === NONE ? lowestFitting(podClass, bins, state) : bins.open(type)
        }
        if (target === NONE) unplaced.total--
        else round.place(item, target)
      })
      return round.packing()
    },
  }
}

/** The bin that a member prefers for a pod of the class among all open ones, NONE when it takes none. */
export type BinScan = (podClass: PodClassId, bins: Bins, state: ScanState) => BinId

/** What a scan may know of the round. */
export interface ScanState {
  /** Number of existing bins. */
  readonly existing: number
  /** The existing bin that took the last pod; kept by the scan. */
  lastUsed: BinId
}

/** The lowest bin that fits. */
export const lowestFitting: BinScan = (podClass, bins) => {
  for (let bin = 0; bin < bins.count; bin++) if (bins.fits(podClass, bin)) return bin
  return NONE
}

/** The fitting bin whose free size is better than that of every other (ties: lowest), among the existing ones if one fits. */
export function extremeFitting(better: (size: number, best: number) => boolean): BinScan {
  return (podClass, bins, { existing }) => {
    const among = (from: BinId, end: BinId): BinId => {
      let best: BinId = NONE
      for (let bin = from; bin < end; bin++) {
        if (bins.fits(podClass, bin) && (best === NONE || better(bins.freeSize(bin), bins.freeSize(best)))) best = bin
      }
      return best
    }
    const found = among(0, existing)
    return found === NONE ? among(existing, bins.count) : found
  }
}
