/** Queue orders: the list. A new member is one file and one line here. */
import { catalogue } from '../../common/define.ts'
import { earliestDeadline } from './members/earliest-deadline.ts'
import { fairShare } from './members/fair-share.ts'
import { fifo } from './members/fifo.ts'
import type { OrderDefinition, QueueOrder } from './policy.ts'
import { priority } from './members/priority.ts'
import { shortestFirst } from './members/shortest-first.ts'

/** The members with their twins, in the order of the list. */
export const orderMembers: readonly OrderDefinition[] = [fifo, priority, shortestFirst, earliestDeadline, fairShare]

export const orders = catalogue<QueueOrder, undefined>('scheduling.order', orderMembers)

export { fifo } from './members/fifo.ts'
export { adoptOrder } from './own.ts'
export type { OwnOrder } from './own.ts'
export type { NaiveOrder, OrderDefinition, QueueOrder } from './policy.ts'
