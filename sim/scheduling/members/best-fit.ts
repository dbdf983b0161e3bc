/** Best fit: the feasible node that would be left with the least free capacity. */
import { defineScheduler } from '../define.ts'
import { WalkingPlacer } from '../search/walking-placer.ts'
import { KeyScanPlacer } from '../search/scan.ts'
import { absoluteParameters, absoluteWeights, NodeWeights } from '../search/weights.ts'

/**
 *   key = memoryPerCore [MiB] * millicores left + 1000 * MiB left        (weights.ts)
 *
 * The smallest wins. Capacity is absolute, as in bin packing: a small empty node has less of it than a large half-full node. With shares
 * of the node's own capacity the algorithm would be most-allocated.
 */
export const bestFit = defineScheduler({
  name: 'best-fit',
  summary:
    'the feasible node that would be left with the least free capacity, as a sum of cpu and memory at a fixed exchange rate; lowest row on ties',
  source:
    'Johnson et al. 1974 in one dimension; a weighted sum of what is left: Panigrahy, Talwar, Uyeda, Wieder 2011, Heuristics for Vector Bin Packing',
  fidelity: 'faithful',
  parameters: absoluteParameters,
  create: (values) => WalkingPlacer.of(new NodeWeights(absoluteWeights(values, 1))),
  twin: (values) => new KeyScanPlacer(new NodeWeights(absoluteWeights(values, 1))),
})
