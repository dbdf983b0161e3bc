/** Next fit decreasing takes the pods largest first and prefers the newest bin; older ones are not tried again. */
import { define } from '../../common/define.ts'
import { decreasing, itemCentricPacker } from '../item-centric/item-centric.ts'
import { itemCentricTwin } from '../item-centric/twin.ts'
import type { PackerDefinition } from '../policy.ts'
import { newBinParameters, optionsOf, sizeParameters } from '../round/parameters.ts'
import { NextFitSearch, nextFitting } from './next-fit.ts'

export const nextFitDecreasing: PackerDefinition = {
  ...define({
    name: 'next-fit-decreasing',
    summary:
      'pods largest first (ties: pod order), each in the newest bin or, if it does not fit, in another new one, never in an older one; existing bins are tried first, in a ring from the one used last',
    source:
      'Baker and Coffman 1981, A tight asymptotic bound for next-fit-decreasing bin-packing; vectors measured as in Panigrahy, Talwar, Uyeda and Wieder 2011, Heuristics for vector bin packing',
    fidelity: 'faithful',
    parameters: { ...sizeParameters, ...newBinParameters },
    create: (values) => itemCentricPacker(decreasing, new NextFitSearch(), optionsOf(values)),
  }),
  twin: (values) => itemCentricTwin(decreasing, nextFitting, optionsOf(values)),
}
