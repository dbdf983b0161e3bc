/** Dot product: the feasible node whose free shares point the way the pod's demand does, and far. */
import { define } from '../../common/define.ts'
import type { Values } from '../../common/define.ts'
import { KeyPlacer } from '../search/key-trees.ts'
import type { Placer, SchedulingContext } from '../policy.ts'
import { KeyScanPlacer } from '../search/scan.ts'
import { VectorKey, vectorParameters } from '../search/vectors.ts'

/**
 *   score = sum over resources of weight * asked share * free share before placement        (vectors.ts)
 *
 * The largest wins. A pod that asks for much memory goes where much memory is free, even if cpu is short there, which keeps cpu for
 * those who need it. Among nodes of one shape it prefers the emptier one: it spreads, until nodes differ in what is scarce.
 */
class DotProduct extends VectorKey {
  protected override put(out: Float64Array, at: number): void {
    const { weight, request, free, capacity } = this
    let sum = 0
    for (let d = 0; d < this.size; d++) sum += weight[d] * (request[d] / capacity[d]) * (free[d] / capacity[d])
    out[at] = -sum
  }
}

export const dotProduct = {
  ...define<Placer, SchedulingContext, typeof vectorParameters>({
    name: 'dot-product',
    summary:
      "the feasible node with the largest dot product of the pod's demand and what is free, as shares of the node; lowest row on ties",
    source:
      'Panigrahy, Talwar, Uyeda, Wieder 2011, Heuristics for Vector Bin Packing (dot product); Grandl, Ananthanarayanan, Kandula, Rao, Akella 2014, Multi-Resource Packing for Cluster Schedulers (alignment score)',
    fidelity: 'faithful',
    parameters: vectorParameters,
    create: (values) => new KeyPlacer(new DotProduct(values)),
  }),
  twin: (values: Values<typeof vectorParameters>): Placer => new KeyScanPlacer(new DotProduct(values)),
}
