/** Worst fit, decreasing: the largest pod first, each into the fitting bin that has the most room. */
import { define } from '../../common/define.ts'
import { WorstFitSearch } from '../search/worst-fit-search.ts'
import { decreasing, packer } from '../search/pack.ts'
import { newBinParameters, optionsOf, sizeParameters } from '../search/parameters.ts'
import type { PackerDefinition } from '../policy.ts'

export const worstFitDecreasing: PackerDefinition = define({
  name: 'worst-fit-decreasing',
  summary:
    'the largest pod first (ties: pod order), each into the fitting bin with the most room (ties: lowest bin); a new bin only when none fits',
  source:
    'Johnson 1973, Near-optimal bin packing algorithms; vectors measured as in Panigrahy, Talwar, Uyeda and Wieder 2011, Heuristics for vector bin packing',
  fidelity: 'faithful',
  parameters: { ...sizeParameters, ...newBinParameters },
  create: (values) => packer(decreasing, new WorstFitSearch(), optionsOf(values)),
})
