/** Norm greedy fills one bin after another and prefers the pod that leaves the least Euclidean norm of free amounts. */
import { binCentricPacker } from '../bin-centric/bin-centric.ts'
import { binCentricTwin } from '../bin-centric/twin.ts'
import { define } from '../../common/define.ts'
import type { PackerDefinition } from '../policy.ts'
import { newBinParameters, optionsOf, weightsParameter } from '../round/parameters.ts'

export const normGreedy: PackerDefinition = {
  ...define({
    name: 'norm-greedy',
    summary:
      'fills one bin after another; each time the pod, of those that fit, that leaves the least Euclidean norm of free amounts (shares of the largest bin, weighted; ties: the class whose first pod is earlier)',
    source: 'Panigrahy, Talwar, Uyeda and Wieder 2011, Heuristics for vector bin packing',
    fidelity: 'faithful',
    parameters: { weights: { ...weightsParameter, default: 'average-demand' }, ...newBinParameters },
    create: (values) => binCentricPacker('norm', optionsOf(values)),
  }),
  twin: (values) => binCentricTwin('norm', optionsOf(values)),
}
