/** Best fit decreasing takes the pods largest first and prefers the fitting bin with the least free space. */
import { define } from '../../common/define.ts'
import { decreasing, itemCentricPacker } from '../item-centric/item-centric.ts'
import { itemCentricTwin } from '../item-centric/twin.ts'
import type { PackerDefinition } from '../policy.ts'
import { newBinParameters, optionsOf, sizeParameters } from '../round/parameters.ts'
import { BestFitSearch, smallestFitting } from './best-fit.ts'

export const bestFitDecreasing: PackerDefinition = {
  ...define({
    name: 'best-fit-decreasing',
    summary: 'pods largest first (ties: pod order), each in the fitting bin with the least free space (ties: lowest bin)',
    source:
      'Johnson 1973, Near-optimal bin packing algorithms; vectors measured as in Panigrahy, Talwar, Uyeda and Wieder 2011, Heuristics for vector bin packing',
    fidelity: 'faithful',
    parameters: { ...sizeParameters, ...newBinParameters },
    create: (values) => itemCentricPacker(decreasing, new BestFitSearch(), optionsOf(values)),
  }),
  twin: (values) => itemCentricTwin(decreasing, smallestFitting, optionsOf(values)),
}
