/** Next fit, decreasing: the largest pod first, into the open bin, or a new one; no looking back. */
import { define } from '../../common/define.ts'
import { NextFitSearch } from '../search/next-fit-search.ts'
import { decreasing, packer } from '../search/pack.ts'
import { newBinParameters, optionsOf, sizeParameters } from '../search/parameters.ts'
import type { PackerDefinition } from '../policy.ts'

export const nextFitDecreasing: PackerDefinition = define({
  name: 'next-fit-decreasing',
  summary:
    'the largest pod first (ties: pod order), each into the newest bin or else another new one, never an older one; existing bins come first, in a ring from the one used last',
  source:
    'Baker and Coffman 1981, A tight asymptotic bound for next-fit-decreasing bin-packing; vectors measured as in Panigrahy, Talwar, Uyeda and Wieder 2011, Heuristics for vector bin packing',
  fidelity: 'faithful',
  parameters: { ...sizeParameters, ...newBinParameters },
  create: (values) => packer(decreasing, new NextFitSearch(), optionsOf(values)),
})
