/** Least allocated: the feasible node that would be left with the largest free shares of its cpu and memory. */
import { define } from '../../common/define.ts'
import { RoomPlacer } from '../search/room-placer.ts'
import type { Placer, SchedulingContext } from '../policy.ts'
import { KeyScanPlacer } from '../search/scan.ts'
import { NodeWeights, partsPerUnit } from '../search/weights.ts'
import type { Weighing } from '../search/weights.ts'

/**
 * Kubernetes' NodeResourcesLeastAllocated with equal weights scores (free cpu / cpu + free memory / memory) / 2, each truncated to
 * 0..100. The smallest key wins here, so the shares count downwards, and nothing is truncated:
 *
 *   key = - WHOLE * millicores left / cpu - WHOLE * MiB left / memory      (weights.ts)
 */
const freeShares: Weighing = {
  cpu: (capacity) => -partsPerUnit(capacity),
  memory: (capacity) => -partsPerUnit(capacity),
}

export const leastAllocated = {
  ...define<Placer, SchedulingContext, Record<never, never>>({
    name: 'least-allocated',
    summary: 'the feasible node with the largest mean of free cpu and memory shares afterwards; lowest row on ties',
    source: 'Kubernetes documentation, Scheduler Configuration: NodeResourcesFit with LeastAllocated; not truncated to 0..100',
    fidelity: 'simplified',
    parameters: {},
    create: () => new RoomPlacer(freeShares),
  }),
  twin: (): Placer => new KeyScanPlacer(new NodeWeights(freeShares)),
}
