/** Best fit, decreasing: the largest pod first, each onto the bin that is left with the least room. */
import { define } from '../define.ts'
import { BestFitSearch } from './best-fit-search.ts'
import { decreasing, packer } from './pack.ts'
import type { PackerDefinition } from './policy.ts'

export const bestFitDecreasing: PackerDefinition = define({
  name: 'best-fit-decreasing',
  summary: 'the largest pod first (sum of shares of the largest bin; ties: pod order), each onto the fitting bin left with the least room by the same sum (ties: lowest bin); new bins by price per pod',
  source: 'Johnson 1973, Near-optimal bin packing algorithms; vectors measured as in Panigrahy, Talwar, Uyeda and Wieder 2011, Heuristics for vector bin packing',
  fidelity: 'faithful',
  parameters: {},
  create: () => packer(decreasing, new BestFitSearch()),
})
