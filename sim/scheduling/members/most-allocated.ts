/** Most allocated: the feasible node that would be left with the smallest free shares of its cpu and memory. */
import { define } from '../../common/define.ts'
import { KeyPlacer } from '../search/key-trees.ts'
import type { Placer, SchedulingContext } from '../policy.ts'
import { KeyScanPlacer } from '../search/scan.ts'
import { NodeWeights, partsPerUnit } from '../search/weights.ts'
import type { Weighing } from '../search/weights.ts'

/**
 * Kubernetes' NodeResourcesMostAllocated with equal weights scores (requested cpu / cpu + requested memory / memory) / 2, each
 * truncated to 0..100. Largest mean of what is requested is smallest sum of what is free, and here nothing is truncated:
 *
 *   key = WHOLE * millicores left / cpu + WHOLE * MiB left / memory        (weights.ts)
 */
const freeShares: Weighing = { cpu: partsPerUnit, memory: partsPerUnit }

export const mostAllocated = {
  ...define<Placer, SchedulingContext, Record<never, never>>({
    name: 'most-allocated',
    summary: 'the feasible node with the largest mean of requested cpu and memory shares afterwards; lowest row on ties',
    source: 'Kubernetes documentation, Resource Bin Packing: strategy MostAllocated; not truncated to 0..100',
    fidelity: 'simplified',
    parameters: {},
    create: () => new KeyPlacer(new NodeWeights(freeShares)),
  }),
  twin: (): Placer => new KeyScanPlacer(new NodeWeights(freeShares)),
}
