/** Cosine: the feasible node whose free shares have the direction of the pod's demand, however much is free. */
import { define } from '../../common/define.ts'
import type { Values } from '../../common/define.ts'
import { KeyPlacer } from '../search/key-trees.ts'
import type { Placer, SchedulingContext } from '../policy.ts'
import { KeyScanPlacer } from '../search/scan.ts'
import { VectorKey, vectorParameters } from '../search/vectors.ts'

/**
 *   score = sum(weight * asked * free) / (|asked| * |free|),   |v| = sqrt(sum(weight * v^2))        (vectors.ts)
 *
 * The largest wins. Unlike the dot product it does not care how much is free: a nearly full node of the right proportions beats an
 * empty one of slightly wrong ones, so it neither packs nor spreads by itself. A pod that asks for nothing, and a node on which nothing
 * that counts is free, have no direction: the score is 0.
 */
class Cosine extends VectorKey {
  protected override put(out: Float64Array, at: number): void {
    const { weight, request, free, capacity } = this
    let product = 0
    let asked2 = 0
    let free2 = 0
    for (let d = 0; d < this.size; d++) {
      const askedShare = request[d] / capacity[d]
      const freeShare = free[d] / capacity[d]
      product += weight[d] * askedShare * freeShare
      asked2 += weight[d] * askedShare * askedShare
      free2 += weight[d] * freeShare * freeShare
    }
    out[at] = product === 0 ? 0 : -product / (Math.sqrt(asked2) * Math.sqrt(free2))
  }
}

export const cosine = {
  ...define<Placer, SchedulingContext, typeof vectorParameters>({
    name: 'cosine',
    summary:
      "the feasible node with the smallest angle between the pod's demand and what is free, as shares of the node; lowest row on ties",
    source: 'Gabay, Zaourar 2016, Vector bin packing with heterogeneous bins (the dot product divided by the norms)',
    fidelity: 'faithful',
    parameters: vectorParameters,
    create: (values) => new KeyPlacer(new Cosine(values)),
  }),
  twin: (values: Values<typeof vectorParameters>): Placer => new KeyScanPlacer(new Cosine(values)),
}
