/** Parameters that several members share. */
import type { Values } from '../../common/define.ts'
import { sizeNames, weightsNames, type SizeName, type WeightsName } from './measure.ts'
import { newBinsNames, type NewBinsName } from './new-bins.ts'

/** The values of the shared parameters; a member leaves out those that it does not have. */
export interface PackOptions {
  readonly size?: SizeName
  readonly weights?: WeightsName
  readonly newBins?: NewBinsName
  readonly rightSizing?: boolean
}

/** How a new bin gets its type: a parameter of every member. */
export const newBinParameters = {
  newBins: {
    kind: 'choice',
    default: 'price-per-pod',
    choices: newBinsNames,
    meaning:
      'type of a new bin: lowest price per pod of this class that it holds; cheapest that holds one; lowest price per size of all unplaced pods that it holds; or the largest',
  },
  rightSizing: {
    kind: 'boolean',
    default: false,
    meaning: 'when all pods are placed, give each new bin the cheapest type that holds its pods',
  },
} as const

/** How the resources are weighted, in members that compare vectors. */
export const weightsParameter = {
  kind: 'choice',
  default: 'equal',
  choices: weightsNames,
  meaning: 'weight of each resource: 1, or its average demand per pod as a share of the largest bin (Panigrahy et al. 2011)',
} as const

/** How pods are measured, and in best and worst fit the free space of bins too. */
export const sizeParameters = {
  size: {
    kind: 'choice',
    default: 'l1',
    choices: sizeNames,
    meaning: 'size of a vector of shares of the largest bin: their sum, Euclidean norm, maximum or product (0 when one is 0)',
  },
  weights: weightsParameter,
} as const

type Given = Partial<Values<typeof newBinParameters & typeof sizeParameters>>

/** The values of a member's parameters, which have been checked against their choices. */
export const optionsOf = (values: Given): PackOptions => values as PackOptions
