/** Norm difference: the feasible node whose free vector is nearest to the pod's demand, that is, whose leftover is shortest. */
import { define } from '../../common/define.ts'
import type { Values } from '../../common/define.ts'
import { KeyPlacer } from '../search/key-trees.ts'
import type { Placer, SchedulingContext } from '../policy.ts'
import { KeyScanPlacer } from '../search/scan.ts'
import { VectorKey, vectorParameters } from '../search/vectors.ts'

const parameters = {
  ...vectorParameters,
  norm: {
    kind: 'choice',
    choices: ['l1', 'l2', 'max'],
    default: 'l2',
    meaning: 'how long a leftover is: l1 the weighted sum of its shares, l2 that of their squares, max the largest weighted share',
  },
} as const

type Chosen = Values<typeof parameters>

/**
 *   key = sum over resources of weight * left^2        (l2; vectors.ts)
 *   key = sum over resources of weight * left          (l1)
 *   key = max over resources of weight * left          (max)
 *
 * The smallest wins. The square root of l2 is left out: it changes no order. Squares make one large leftover worse than two small ones,
 * so among equally full nodes the one that is left in balance wins; l1 does not see the difference.
 */
class NormDifference extends VectorKey {
  private readonly norm: string

  constructor(values: Chosen) {
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

export const normDifference = {
  ...define<Placer, SchedulingContext, typeof parameters>({
    name: 'norm-difference',
    summary: 'the feasible node with the smallest norm of what would be left, as shares of the node; lowest row on ties',
    source: 'Panigrahy, Talwar, Uyeda, Wieder 2011, Heuristics for Vector Bin Packing (norm-based greedy; l2 there)',
    fidelity: 'faithful',
    parameters,
    create: (values) => new KeyPlacer(new NormDifference(values)),
  }),
  twin: (values: Chosen): Placer => new KeyScanPlacer(new NormDifference(values)),
}
