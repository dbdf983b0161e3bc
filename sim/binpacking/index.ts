/** Binpacking: the list of members. */
import { catalogue } from '../define.ts'
import { bestFitDecreasing } from './best-fit-decreasing.ts'
import { firstFitDecreasing } from './first-fit-decreasing.ts'
import { none } from './none.ts'
import type { Packer, PackingContext } from './policy.ts'

export { continuousBound, packingGap, type Bound, type Gap } from './bound.ts'
export { firstFitInOrder } from './first-fit-in-order.ts'
export { adoptPacker, type Pack } from './own.ts'
export { plainBestFitDecreasing, plainFirstFitDecreasing, plainFirstFitInOrder } from './plain.ts'
export { verifyPacking } from './verify.ts'

export const packers = catalogue<Packer | null, PackingContext>('binpacking', [none, firstFitDecreasing, bestFitDecreasing])
