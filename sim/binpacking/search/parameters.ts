/** Parameters that members share: each member takes those that it listens to. */
import type { Values } from '../../common/define.ts'
import type { SizeName, WeightsName } from './measure.ts'
import type { NewBinsName } from './new-bins.ts'
import type { PackOptions } from './pack.ts'

const sizes: readonly SizeName[] = ['l1', 'l2', 'l-infinity', 'product']
const weightings: readonly WeightsName[] = ['equal', 'average-demand']
const rules: readonly NewBinsName[] = ['price-per-pod', 'cheapest', 'price-per-size', 'largest']

/** Where a new bin comes from, and what becomes of it: for every member. */
export const newBinParameters = {
  newBins: {
    kind: 'choice',
    default: 'price-per-pod',
    choices: rules,
    meaning:
      'type of a new bin: lowest price per pod of this kind that it holds; cheapest that holds one; lowest price per size of all that would go in; or the largest',
  },
  rightSizing: { kind: 'boolean', default: false, meaning: 'in the end, give each new bin the cheapest type that holds what is in it' },
} as const

export const weightsParameter = {
  kind: 'choice',
  default: 'equal',
  choices: weightings,
  meaning: 'weight of each resource: 1, or its average demand per pod as a share of the largest bin (Panigrahy et al. 2011)',
} as const

/** How pods, and for best and worst fit the room in bins, are measured. */
export const sizeParameters = {
  size: {
    kind: 'choice',
    default: 'l1',
    choices: sizes,
    meaning: 'measure of a vector of shares of the largest bin: their sum, Euclidean norm, maximum or product (0 when one is 0)',
  },
  weights: weightsParameter,
} as const

type Given = Partial<Values<typeof newBinParameters & typeof sizeParameters>>

/** The values of a member's parameters, which have been checked against their choices. */
export const optionsOf = (values: Given): PackOptions => values as PackOptions
