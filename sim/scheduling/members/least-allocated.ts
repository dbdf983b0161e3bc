/** Least allocated: the feasible node that would be left with the largest free shares of its cpu and memory. */
import { defineScheduler } from '../define.ts'
import { KeyScanPlacer } from '../search/scan.ts'
import { WalkingPlacer } from '../search/walking-placer.ts'
import { NodeWeights, partsPerUnit } from '../search/weights.ts'
import type { WeightRule } from '../search/weights.ts'

export const leastAllocated = defineScheduler({
  name: 'least-allocated',
  summary: 'the feasible node with the largest mean of free cpu and memory shares after the placement; lowest row on ties',
  source: 'Kubernetes documentation, Scheduler Configuration: NodeResourcesFit with LeastAllocated; not truncated to 0..100',
  fidelity: 'simplified',
  parameters: {},
  create: () => WalkingPlacer.ofMostFree(freeShares),
  twin: () => new KeyScanPlacer(new NodeWeights(freeShares)),
})

/**
 *   key = - WHOLE * millicores left / cpu - WHOLE * MiB left / memory      (weights.ts)
 *
 * The smallest wins. Kubernetes' NodeResourcesLeastAllocated with equal weights scores (free cpu / cpu + free memory / memory) / 2, each
 * share truncated to 0..100; nothing is truncated here.
 */
const freeShares: WeightRule = {
  cpu: (capacity) => -partsPerUnit(capacity),
  memory: (capacity) => -partsPerUnit(capacity),
}
