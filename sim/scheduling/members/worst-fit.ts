/** Worst fit: the feasible node that would be left with the most free capacity. */
import type { Values } from '../../common/define.ts'
import { defineScheduler } from '../define.ts'
import type { BoundedKey } from '../search/key.ts'
import { KeyScanPlacer } from '../search/scan.ts'
import { VectorKey } from '../search/vectors.ts'
import { WalkingPlacer } from '../search/walking-placer.ts'
import { absoluteParameters, absoluteWeights, NodeWeights } from '../search/weights.ts'

const parameters = {
  size: {
    kind: 'choice',
    choices: ['room', 'scarcest'],
    default: 'room',
    meaning:
      'how the capacity left is measured: room, the sum of cpu and memory at an exchange rate; scarcest, the smallest share left of any resource that the pod requests',
  },
  ...absoluteParameters,
} as const

export const worstFit = defineScheduler({
  name: 'worst-fit',
  summary: 'the feasible node that would be left with the most free capacity, measured as `size` says; lowest row on ties',
  source: 'Johnson 1974, Fast Algorithms for Bin Packing, in one dimension; sizes of vectors: Panigrahy, Talwar, Uyeda, Wieder 2011',
  fidelity: 'faithful',
  parameters,
  create: (values) => (values.size === 'scarcest' ? WalkingPlacer.of(scarcest()) : WalkingPlacer.ofMostFree(mostFree(values))),
  twin: (values) => new KeyScanPlacer(values.size === 'scarcest' ? scarcest() : new NodeWeights(mostFree(values))),
})

/** The weights of best-fit with the opposite sign. */
const mostFree = (values: Values<typeof parameters>) => absoluteWeights(values, -1)

const scarcest = (): BoundedKey => new ScarcestLeft({ cpuWeight: 1, memoryWeight: 1, gpuWeight: 1, namedWeight: 1 })

/**
 *   key = - min over the requested resources of left        (vectors.ts)
 *
 * Worst fit is unique in one dimension only; in several it depends on how the size of a vector is defined. This definition never accepts
 * a nearly exhausted resource in exchange for plenty of another. For a pod without requests all nodes tie.
 */
export class ScarcestLeft extends VectorKey {
  protected override readonly order = 'most-first'

  protected override put(out: Float64Array, at: number): void {
    const { request, free, capacity } = this
    let least = 1
    for (let d = 0; d < this.size; d++) {
      if (request[d] === 0) continue
      const left = (free[d] - request[d]) / capacity[d]
      if (left < least) least = left
    }
    out[at] = -least
  }
}
