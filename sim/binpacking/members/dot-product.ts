/** Dot product fills one bin after another and prefers the pod with the greatest dot product of its requests and the free amounts. */
import { binCentricPacker } from '../bin-centric/bin-centric.ts'
import { binCentricTwin } from '../bin-centric/twin.ts'
import { define } from '../../common/define.ts'
import type { PackerDefinition } from '../policy.ts'
import { newBinParameters, optionsOf, weightsParameter } from '../round/parameters.ts'

export const dotProduct: PackerDefinition = {
  ...define({
    name: 'dot-product',
    summary:
      'fills one bin after another; each time the pod, of those that fit, with the greatest dot product of requests and free amounts (shares of the largest bin, weighted; ties: the class whose first pod is earlier)',
    source: 'Panigrahy, Talwar, Uyeda and Wieder 2011, Heuristics for vector bin packing',
    fidelity: 'faithful',
    parameters: { weights: { ...weightsParameter, default: 'average-demand' }, ...newBinParameters },
    create: (values) => binCentricPacker('dot-product', optionsOf(values)),
  }),
  twin: (values) => binCentricTwin('dot-product', optionsOf(values)),
}
