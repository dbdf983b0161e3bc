/** Worst fit decreasing takes the pods largest first and prefers the fitting bin with the most free space. */
import { define } from '../../common/define.ts'
import { decreasing, itemCentricPacker } from '../item-centric/item-centric.ts'
import { itemCentricTwin } from '../item-centric/twin.ts'
import type { PackerDefinition } from '../policy.ts'
import { newBinParameters, optionsOf, sizeParameters } from '../round/parameters.ts'
import { WorstFitSearch, largestFitting } from './worst-fit.ts'

export const worstFitDecreasing: PackerDefinition = {
  ...define({
    name: 'worst-fit-decreasing',
    summary:
      'pods largest first (ties: pod order), each in the fitting bin with the most free space (ties: lowest bin); a new bin only when none fits',
    source:
      'Johnson 1973, Near-optimal bin packing algorithms; vectors measured as in Panigrahy, Talwar, Uyeda and Wieder 2011, Heuristics for vector bin packing',
    fidelity: 'faithful',
    parameters: { ...sizeParameters, ...newBinParameters },
    create: (values) => itemCentricPacker(decreasing, new WorstFitSearch(), optionsOf(values)),
  }),
  twin: (values) => itemCentricTwin(decreasing, largestFitting, optionsOf(values)),
}
