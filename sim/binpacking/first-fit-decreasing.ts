/** First fit, decreasing: the largest pod first, each onto the lowest bin that takes it. */
import { define } from '../define.ts'
import { FirstFitSearch } from './first-fit-search.ts'
import { decreasing, packer } from './pack.ts'
import type { PackerDefinition } from './policy.ts'

export const firstFitDecreasing: PackerDefinition = define({
  name: 'first-fit-decreasing',
  summary: 'the largest pod first (sum of shares of the largest bin; ties: pod order), each onto the lowest bin that takes it; new bins by price per pod',
  source: 'Johnson 1973, Near-optimal bin packing algorithms; for vectors FFDSum of Panigrahy, Talwar, Uyeda and Wieder 2011, Heuristics for vector bin packing',
  fidelity: 'faithful',
  parameters: {},
  create: () => packer(decreasing, new FirstFitSearch()),
})
