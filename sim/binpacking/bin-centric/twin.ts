/** The reference implementation (twin) of bin-centric packers: for each place in a bin a scan of all pods. Same decisions, pod by pod. */
import { NONE, type PodClassId } from '../../common/ids.ts'
import type { BinId, ItemId, Packer } from '../policy.ts'
import type { PackOptions } from '../round/parameters.ts'
import { PlainRound } from '../round/plain-round.ts'
import { Affinity, type AffinityName } from './affinity.ts'

/** The packer that scans the items by this affinity for each pod that a bin takes. */
export function binCentricTwin(name: AffinityName, options: PackOptions = {}): Packer {
  return {
    pack: (problem) => {
      const round = new PlainRound(problem, options)
      const { bins, unplaced } = round
      const affinity = new Affinity(name)
      affinity.reset(problem, bins, round.measure, unplaced)
      const fill = (bin: BinId): void => {
        for (let item = bestItem(round, affinity, bin); item !== NONE; item = bestItem(round, affinity, bin)) round.place(item, bin)
      }
      for (let bin = 0; bin < problem.bins; bin++) fill(bin)
      for (const podClass of unplaced.bySize) {
        while (unplacedItems(round, podClass) > 0) {
          const type = round.newBins.choose(podClass)
          if (type === NONE) break
          fill(bins.open(type))
        }
        unplaced.total -= unplacedItems(round, podClass)
      }
      return round.packing()
    },
  }
}

function unplacedItems({ problem, bin }: PlainRound, podClass: PodClassId): number {
  return bin.filter((each, item) => each === NONE && problem.podClass[item] === podClass).length
}

/** The unplaced pod with the greatest affinity with the bin; ties: the class whose first pod is earlier, then the order of the problem. */
function bestItem({ problem, bins, bin, unplaced }: PlainRound, affinity: Affinity, target: BinId): ItemId {
  affinity.setBin(target)
  const rankOf = (item: ItemId): number => unplaced.classes.indexOf(problem.podClass[item])
  let best: ItemId = NONE
  for (let item = 0; item < problem.items; item++) {
    const podClass = problem.podClass[item]
    if (bin[item] !== NONE || !bins.fits(podClass, target)) continue
    const more = best === NONE ? 1 : affinity.of(podClass) - affinity.of(problem.podClass[best])
    if (more > 0 || (more === 0 && rankOf(item) < rankOf(best))) best = item
  }
  return best
}
