/** First fit, decreasing: the largest pod first, each into the lowest bin that takes it. */
import { define } from '../../common/define.ts'
import { FirstFitSearch } from '../search/first-fit-search.ts'
import { decreasing, packer } from '../search/pack.ts'
import { newBinParameters, optionsOf, sizeParameters } from '../search/parameters.ts'
import type { PackerDefinition } from '../policy.ts'

export const firstFitDecreasing: PackerDefinition = define({
  name: 'first-fit-decreasing',
  summary: 'the largest pod first (ties: pod order), each into the lowest bin that takes it',
  source:
    'Johnson 1973, Near-optimal bin packing algorithms; vectors measured as in Panigrahy, Talwar, Uyeda and Wieder 2011, Heuristics for vector bin packing',
  fidelity: 'faithful',
  parameters: { ...sizeParameters, ...newBinParameters },
  create: (values) => packer(decreasing, new FirstFitSearch(), optionsOf(values)),
})
