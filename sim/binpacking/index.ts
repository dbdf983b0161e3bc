/** Binpacking: the list of the family's members. A new member is one file and one line here. */
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
import { worstFitDecreasing } from './members/worst-fit-decreasing.ts'
import { worstFit } from './members/worst-fit.ts'
import type { Packer, PackerDefinition, PackingContext } from './policy.ts'

export { continuousBound, lowerBound, packingGap, type Bound, type Gap } from './bounds/bound.ts'
export { firstFitInOrder } from './members/first-fit-in-order.ts'
export { martelloTothBound } from './bounds/martello-toth.ts'
export { compact, type Compaction } from './capacity/compaction.ts'
export { bestPlan, type Objective, type Plan } from './capacity/plan.ts'
export { Workload, type NodeKind, type EqualPods } from './capacity/problem.ts'
export { adoptPacker, type Pack } from './own.ts'
export { verifyPacking } from './bounds/verify.ts'

/** The members with their twins, in the order of the list. */
export const members: readonly PackerDefinition[] = [
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
]

export const packers = catalogue<Packer | null, PackingContext>('binpacking', members)
