/** Norm difference: the feasible node whose free shares are nearest to the pod's requests, so that the smallest vector is left. */
import type { Values } from '../../common/define.ts'
import { defineScheduler } from '../define.ts'
import { WalkingPlacer } from '../search/walking-placer.ts'
import { KeyScanPlacer } from '../search/scan.ts'
import { VectorKey, vectorParameters } from '../search/vectors.ts'

const parameters = {
  ...vectorParameters,
  norm: {
    kind: 'choice',
    choices: ['l1', 'l2', 'max'],
    default: 'l2',
    meaning:
      'size of what is left: l1, the weighted sum of the shares; l2, the weighted sum of their squares; max, the largest weighted share',
  },
} as const

export const normDifference = defineScheduler({
  name: 'norm-difference',
  summary: 'the feasible node with the smallest norm of what would be left, as shares of the node; lowest row on ties',
  source: 'Panigrahy, Talwar, Uyeda, Wieder 2011, Heuristics for Vector Bin Packing (norm-based greedy; l2 there)',
  fidelity: 'faithful',
  parameters,
  create: (values) => WalkingPlacer.of(new NormDifference(values)),
  twin: (values) => new KeyScanPlacer(new NormDifference(values)),
})

/**
 *   key = sum over resources of weight * left^2        (l2; vectors.ts)
 *   key = sum over resources of weight * left          (l1)
 *   key = max over resources of weight * left          (max)
 *
 * The smallest wins. The square root of l2 is left out, as it changes no order. With squares one large remainder counts more than two
 * small ones, so among equally full nodes the node that is left balanced wins; l1 does not distinguish them.
 */
export class NormDifference extends VectorKey {
  protected override readonly order = 'least-first'
  private readonly norm: string

  constructor(values: Values<typeof parameters>) {
    super(values)
    this.norm = values.norm
  }

  protected override put(out: Float64Array, at: number): void {
    const { weight, request, free, capacity, norm } = this
    let length = 0
    for (let d = 0; d < this.size; d++) {
      const left = (free[d] - request[d]) / capacity[d]
      if (norm === 'l2') length += weight[d] * left * left
      else if (norm === 'l1') length += weight[d] * left
      else if (weight[d] * left > length) length = weight[d] * left
    }
    out[at] = length
  }
}
