/** First fit: pods as they came, each into the lowest bin that takes it. */
import { define } from '../../common/define.ts'
import { FirstFitSearch } from '../search/first-fit-search.ts'
import { arrival, packer } from '../search/pack.ts'
import { newBinParameters, optionsOf } from '../search/parameters.ts'
import type { PackerDefinition } from '../policy.ts'

export const firstFit: PackerDefinition = define({
  name: 'first-fit',
  summary: 'pods as they came, each into the lowest bin that takes it',
  source: 'Johnson 1973, Near-optimal bin packing algorithms',
  fidelity: 'faithful',
  parameters: { ...newBinParameters },
  create: (values) => packer(arrival, new FirstFitSearch(), optionsOf(values)),
})
