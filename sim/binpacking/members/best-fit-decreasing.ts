/** Best fit, decreasing: the largest pod first, each into the fitting bin that has the least room. */
import { define } from '../../common/define.ts'
import { BestFitSearch } from '../search/best-fit-search.ts'
import { decreasing, packer } from '../search/pack.ts'
import { newBinParameters, optionsOf, sizeParameters } from '../search/parameters.ts'
import type { PackerDefinition } from '../policy.ts'

export const bestFitDecreasing: PackerDefinition = define({
  name: 'best-fit-decreasing',
  summary: 'the largest pod first (ties: pod order), each into the fitting bin with the least room (ties: lowest bin)',
  source:
    'Johnson 1973, Near-optimal bin packing algorithms; vectors measured as in Panigrahy, Talwar, Uyeda and Wieder 2011, Heuristics for vector bin packing',
  fidelity: 'faithful',
  parameters: { ...sizeParameters, ...newBinParameters },
  create: (values) => packer(decreasing, new BestFitSearch(), optionsOf(values)),
})
