/** Scheduling: the family's list. A new member is one file and one line here. */
import { catalogue } from '../define.ts'
import { balanced } from './balanced.ts'
import { bestFit } from './best-fit.ts'
import { cosine } from './cosine.ts'
import { dotProduct } from './dot-product.ts'
import { firstFit } from './first-fit.ts'
import { leastAllocated } from './least-allocated.ts'
import { mostAllocated } from './most-allocated.ts'
import { nextFit } from './next-fit.ts'
import { normDifference } from './norm-difference.ts'
import type { Placer, SchedulerDefinition, SchedulingContext } from './policy.ts'
import { random } from './random.ts'
import { randomOfK } from './random-of-k.ts'
import { worstFit } from './worst-fit.ts'

/** The members with their twins, in the order of the list. */
export const members: readonly SchedulerDefinition[] = [
  firstFit, nextFit, bestFit, worstFit, leastAllocated, mostAllocated, balanced, dotProduct, cosine, normDifference, random, randomOfK,
]

export const schedulers = catalogue<Placer, SchedulingContext>('scheduling', members)

export { byScore } from './by-score.ts'
export { PlacerScheduler, SchedulingLoop } from './loop.ts'
export { adoptOrder, fifo, orderMembers, orders } from './orders/index.ts'
export type { NaiveOrder, OrderDefinition, OwnOrder, QueueOrder } from './orders/index.ts'
export { adoptScheduler } from './own.ts'
export type { OwnScheduler } from './own.ts'
export { PendingQueue } from './queue.ts'
