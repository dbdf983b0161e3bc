/** Cosine: the feasible node with the smallest angle between requested and free shares, regardless of how much is free. */
import { defineScheduler } from '../define.ts'
import { KeyPlacer } from '../search/key-trees.ts'
import { KeyScanPlacer } from '../search/scan.ts'
import { VectorKey, vectorParameters } from '../search/vectors.ts'

export const cosine = defineScheduler({
  name: 'cosine',
  summary:
    "the feasible node with the smallest angle between the pod's requests and what is free, as shares of the node; lowest row on ties",
  source: 'Gabay, Zaourar 2016, Vector bin packing with heterogeneous bins (the dot product divided by the norms)',
  fidelity: 'faithful',
  parameters: vectorParameters,
  create: (values) => new KeyPlacer(new Cosine(values)),
  twin: (values) => new KeyScanPlacer(new Cosine(values)),
})

/**
 *   score = sum(weight * requested * free) / (|requested| * |free|),   |v| = sqrt(sum(weight * v^2))        (vectors.ts)
 *
 * The largest wins. Unlike the dot product, the score does not depend on how much is free: a nearly full node with the right proportions
 * wins over an empty node with slightly wrong ones, so the algorithm by itself neither packs nor spreads. A pod without requests, or a
 * node without free capacity in any counted resource, has no direction: the score is 0.
 */
class Cosine extends VectorKey {
  protected override put(out: Float64Array, at: number): void {
    const { weight, request, free, capacity } = this
    let product = 0
    let requested2 = 0
    let free2 = 0
    for (let d = 0; d < this.size; d++) {
      const requestedShare = request[d] / capacity[d]
      const freeShare = free[d] / capacity[d]
      product += weight[d] * requestedShare * freeShare
      requested2 += weight[d] * requestedShare * requestedShare
      free2 += weight[d] * freeShare * freeShare
    }
    out[at] = product === 0 ? 0 : -product / (Math.sqrt(requested2) * Math.sqrt(free2))
  }
}
