/** First fit decreasing takes the pods largest first and prefers the lowest bin that fits. */
import { define } from '../../common/define.ts'
import { decreasing, itemCentricPacker } from '../item-centric/item-centric.ts'
import { itemCentricTwin, lowestFitting } from '../item-centric/twin.ts'
import type { PackerDefinition } from '../policy.ts'
import { newBinParameters, optionsOf, sizeParameters } from '../round/parameters.ts'
import { FirstFitSearch } from './first-fit.ts'

export const firstFitDecreasing: PackerDefinition = {
  ...define({
    name: 'first-fit-decreasing',
    summary: 'pods largest first (ties: pod order), each in the lowest bin that fits',
    source:
      'Johnson 1973, Near-optimal bin packing algorithms; vectors measured as in Panigrahy, Talwar, Uyeda and Wieder 2011, Heuristics for vector bin packing',
    fidelity: 'faithful',
    parameters: { ...sizeParameters, ...newBinParameters },
    create: (values) => itemCentricPacker(decreasing, new FirstFitSearch(), optionsOf(values)),
  }),
  twin: (values) => itemCentricTwin(decreasing, lowestFitting, optionsOf(values)),
}
