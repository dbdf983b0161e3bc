/** Scheduling: the family's list. A new member is one file and one line here. */
import { catalogue } from '../define.ts'
import { bestFit } from './best-fit.ts'
import { firstFit } from './first-fit.ts'
import { leastAllocated } from './least-allocated.ts'
import { mostAllocated } from './most-allocated.ts'
import type { Placer, SchedulerDefinition, SchedulingContext } from './policy.ts'
import { random } from './random.ts'

/** The members with their twins, in the order of the list. */
export const members: readonly SchedulerDefinition[] = [firstFit, bestFit, leastAllocated, mostAllocated, random]

export const schedulers = catalogue<Placer, SchedulingContext>('scheduling', members)

export { byScore } from './by-score.ts'
export { PlacerScheduler, SchedulingLoop } from './loop.ts'
export { fifo, orders } from './order.ts'
export type { QueueOrder } from './order.ts'
export { adoptScheduler } from './own.ts'
export type { OwnScheduler } from './own.ts'
export { PendingQueue } from './queue.ts'
