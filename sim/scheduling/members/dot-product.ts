/** Dot product: the feasible node with the largest dot product of requested and free shares. */
import { defineScheduler } from '../define.ts'
import { WalkingPlacer } from '../search/walking-placer.ts'
import { KeyScanPlacer } from '../search/scan.ts'
import { VectorKey, vectorParameters } from '../search/vectors.ts'

export const dotProduct = defineScheduler({
  name: 'dot-product',
  summary:
    "the feasible node with the largest dot product of the pod's requests and what is free, as shares of the node; lowest row on ties",
  source:
    'Panigrahy, Talwar, Uyeda, Wieder 2011, Heuristics for Vector Bin Packing (dot product); Grandl, Ananthanarayanan, Kandula, Rao, Akella 2014, Multi-Resource Packing for Cluster Schedulers (alignment score)',
  fidelity: 'faithful',
  parameters: vectorParameters,
  create: (values) => WalkingPlacer.of(new DotProduct(values)),
  twin: (values) => new KeyScanPlacer(new DotProduct(values)),
})

/**
 *   score = sum over resources of weight * requested share * free share before the placement        (vectors.ts)
 *
 * The largest wins. A pod that requests much memory is placed where much memory is free, even if cpu is short there; that keeps cpu free
 * for pods that need it. Among nodes of one shape the emptier one wins, so the algorithm spreads pods until nodes differ in their
 * scarce resource.
 */
export class DotProduct extends VectorKey {
  protected override readonly order = 'most-first'

  protected override put(out: Float64Array, at: number): void {
    const { weight, request, free, capacity } = this
    let sum = 0
    for (let d = 0; d < this.size; d++) sum += weight[d] * (request[d] / capacity[d]) * (free[d] / capacity[d])
    out[at] = -sum
  }
}
