/** Binpacking: the list of members. */
import { catalogue } from '../common/define.ts'
import { bestFitDecreasing } from './members/best-fit-decreasing.ts'
import { bestFit } from './members/best-fit.ts'
import { dotProduct } from './members/dot-product.ts'
import { firstFitDecreasing } from './members/first-fit-decreasing.ts'
import { firstFit } from './members/first-fit.ts'
import { nextFitDecreasing } from './members/next-fit-decreasing.ts'
import { nextFit } from './members/next-fit.ts'
import { none } from './members/none.ts'
import { normGreedy } from './members/norm-greedy.ts'
import type { Packer, PackingContext } from './policy.ts'
import { worstFitDecreasing } from './members/worst-fit-decreasing.ts'
import { worstFit } from './members/worst-fit.ts'

export { continuousBound, lowerBound, packingGap, type Bound, type Gap } from './bounds/bound.ts'
export { firstFitInOrder } from './members/first-fit-in-order.ts'
export { martelloTothBound } from './bounds/martello-toth.ts'
export { adoptPacker, type Pack } from './own.ts'
export { plainPackers } from './search/plain.ts'
export { verifyPacking } from './bounds/verify.ts'

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
