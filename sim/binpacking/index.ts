/** Binpacking: the list of members. */
import { catalogue } from '../define.ts'
import { bestFitDecreasing } from './best-fit-decreasing.ts'
import { bestFit } from './best-fit.ts'
import { dotProduct } from './dot-product.ts'
import { firstFitDecreasing } from './first-fit-decreasing.ts'
import { firstFit } from './first-fit.ts'
import { nextFitDecreasing } from './next-fit-decreasing.ts'
import { nextFit } from './next-fit.ts'
import { none } from './none.ts'
import { normGreedy } from './norm-greedy.ts'
import type { Packer, PackingContext } from './policy.ts'
import { worstFitDecreasing } from './worst-fit-decreasing.ts'
import { worstFit } from './worst-fit.ts'

export { continuousBound, lowerBound, packingGap, type Bound, type Gap } from './bound.ts'
export { firstFitInOrder } from './first-fit-in-order.ts'
export { martelloTothBound } from './martello-toth.ts'
export { adoptPacker, type Pack } from './own.ts'
export { plainPackers } from './plain.ts'
export { verifyPacking } from './verify.ts'

export const packers = catalogue<Packer | null, PackingContext>('binpacking', [
  none,
  nextFit,
  firstFit,
  bestFit,
  worstFit,
  nextFitDecreasing,
  firstFitDecreasing,
  bestFitDecreasing,
  worstFitDecreasing,
  dotProduct,
  normGreedy,
])
