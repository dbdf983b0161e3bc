/** Next fit: pods as they came, into the open bin, or a new one; no looking back. */
import { define } from '../../common/define.ts'
import { NextFitSearch } from '../search/next-fit-search.ts'
import { arrival, packer } from '../search/pack.ts'
import { newBinParameters, optionsOf } from '../search/parameters.ts'
import type { PackerDefinition } from '../policy.ts'

export const nextFit: PackerDefinition = define({
  name: 'next-fit',
  summary:
    'pods as they came, each into the newest bin or else another new one, never an older one; existing bins come first, in a ring from the one used last',
  source: 'Johnson 1973, Near-optimal bin packing algorithms',
  fidelity: 'faithful',
  parameters: { ...newBinParameters },
  create: (values) => packer(arrival, new NextFitSearch(), optionsOf(values)),
})
