/** Queue orders: the list. A new member is one file and one line here. */
import { catalogue } from '../../define.ts'
import { earliestDeadline } from './earliest-deadline.ts'
import { fairShare } from './fair-share.ts'
import { fifo } from './fifo.ts'
import type { OrderDefinition, QueueOrder } from './policy.ts'
import { priority } from './priority.ts'
import { shortestFirst } from './shortest-first.ts'

/** The members with their twins, in the order of the list. */
export const orderMembers: readonly OrderDefinition[] = [fifo, priority, shortestFirst, earliestDeadline, fairShare]

export const orders = catalogue<QueueOrder, undefined>('scheduling.order', orderMembers)

export { fifo } from './fifo.ts'
export { adoptOrder } from './own.ts'
export type { OwnOrder } from './own.ts'
export type { NaiveOrder, OrderDefinition, QueueOrder } from './policy.ts'
