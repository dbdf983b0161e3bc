/** Worst fit: the feasible node that would be left with the most room. */
import { define } from '../../common/define.ts'
import type { Values } from '../../common/define.ts'
import { roomParameters, roomWeights } from './best-fit.ts'
import type { NodeKey } from '../search/key.ts'
import { KeyPlacer } from '../search/key-trees.ts'
import type { Placer, SchedulingContext } from '../policy.ts'
import { RoomPlacer } from '../search/room-placer.ts'
import { KeyScanPlacer } from '../search/scan.ts'
import { VectorKey } from '../search/vectors.ts'
import { NodeWeights } from '../search/weights.ts'

const parameters = {
  size: {
    kind: 'choice',
    choices: ['room', 'scarcest'],
    default: 'room',
    meaning:
      'what most room means: room, cpu and memory at a rate of exchange; scarcest, the smallest share left of any resource the pod asks for',
  },
  ...roomParameters,
} as const

type Chosen = Values<typeof parameters>

/**
 *   key = - min over the resources that the pod asks for of left        (vectors.ts)
 *
 * One dimension has one worst fit; two have as many as there are sizes. This one never trades a nearly exhausted resource for plenty of
 * another. A pod that asks for nothing finds all nodes equal.
 */
class ScarcestLeft extends VectorKey {
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

const scarcest = (): NodeKey => new ScarcestLeft({ cpuWeight: 1, memoryWeight: 1, gpuWeight: 1, namedWeight: 1 })

/** Best-fit's key with the sign turned. */
const mostRoom = (values: Chosen) => roomWeights(values, -1)

export const worstFit = {
  ...define<Placer, SchedulingContext, typeof parameters>({
    name: 'worst-fit',
    summary: 'the feasible node that would be left with the most room, by a size of choice; lowest row on ties',
    source: 'Johnson 1974, Fast Algorithms for Bin Packing, in one dimension; sizes of vectors: Panigrahy, Talwar, Uyeda, Wieder 2011',
    fidelity: 'faithful',
    parameters,
    create: (values) => (values.size === 'scarcest' ? new KeyPlacer(scarcest()) : new RoomPlacer(mostRoom(values))),
  }),
  twin: (values: Chosen): Placer => new KeyScanPlacer(values.size === 'scarcest' ? scarcest() : new NodeWeights(mostRoom(values))),
}
