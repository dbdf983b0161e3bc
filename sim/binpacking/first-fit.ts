/** First fit: pods as they came, each into the lowest bin that takes it. */
import { define } from '../define.ts'
import { FirstFitSearch } from './first-fit-search.ts'
import { arrival, packer } from './pack.ts'
import { newBinParameters, optionsOf } from './parameters.ts'
import type { PackerDefinition } from './policy.ts'

export const firstFit: PackerDefinition = define({
  name: 'first-fit',
  summary: 'pods as they came, each into the lowest bin that takes it',
  source: 'Johnson 1973, Near-optimal bin packing algorithms',
  fidelity: 'faithful',
  parameters: { ...newBinParameters },
  create: (values) => packer(arrival, new FirstFitSearch(), optionsOf(values)),
})
