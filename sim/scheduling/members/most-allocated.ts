/** Most allocated: the feasible node that would be left with the smallest free shares of its cpu and memory. */
import { defineScheduler } from '../define.ts'
import { WalkingPlacer } from '../search/walking-placer.ts'
import { KeyScanPlacer } from '../search/scan.ts'
import { NodeWeights, partsPerUnit } from '../search/weights.ts'
import type { WeightRule } from '../search/weights.ts'

export const mostAllocated = defineScheduler({
  name: 'most-allocated',
  summary: 'the feasible node with the largest mean of requested cpu and memory shares after the placement; lowest row on ties',
  source: 'Kubernetes documentation, Resource Bin Packing: strategy MostAllocated; not truncated to 0..100',
  fidelity: 'simplified',
  parameters: {},
  create: () => WalkingPlacer.of(new NodeWeights(freeShares)),
  twin: () => new KeyScanPlacer(new NodeWeights(freeShares)),
})

/**
 *   key = WHOLE * millicores left / cpu + WHOLE * MiB left / memory        (weights.ts)
 *
 * The smallest wins. Kubernetes' NodeResourcesMostAllocated with equal weights scores (requested cpu / cpu + requested memory / memory) / 2,
 * each share truncated to 0..100. The largest mean of the requested shares is the smallest sum of the free shares; nothing is
 * truncated here.
 */
const freeShares: WeightRule = { cpu: partsPerUnit, memory: partsPerUnit }
