/** Norm-based greedy: bin after bin, the open one takes the pod that suits what it has left. */
import { define } from '../../common/define.ts'
import { binCentricPacker } from '../search/fill.ts'
import { newBinParameters, optionsOf, weightsParameter } from '../search/parameters.ts'
import type { PackerDefinition } from '../policy.ts'

export const normGreedy: PackerDefinition = define({
  name: 'norm-greedy',
  summary:
    'one bin after another takes, of the pods that fit, the one that leaves the least Euclidean norm of free room (shares of the largest bin, weighted; ties: the kind of pod that came first)',
  source: 'Panigrahy, Talwar, Uyeda and Wieder 2011, Heuristics for vector bin packing',
  fidelity: 'faithful',
  parameters: { weights: { ...weightsParameter, default: 'average-demand' }, ...newBinParameters },
  create: (values) => binCentricPacker('norm', optionsOf(values)),
})
