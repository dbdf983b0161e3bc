/** Queue orders: the list of the built-in orders. A new order is a file in members/ and an entry in the list. */
import { catalogue } from '../../common/define.ts'
import { criticalPath } from './members/critical-path.ts'
import { conservative } from './members/conservative.ts'
import { earliestDeadline } from './members/earliest-deadline.ts'
import { easy } from './members/easy.ts'
import { fairShare } from './members/fair-share.ts'
import { fcfs } from './members/fcfs.ts'
import { fifo } from './members/fifo.ts'
import { priority } from './members/priority.ts'
import { shortestFirst } from './members/shortest-first.ts'
import type { OrderDefinition, QueueOrder } from './policy.ts'

/** The built-in orders with their twins, in the sequence in which they are listed. */
export const orderMembers: readonly OrderDefinition[] = [
  fifo,
  priority,
  shortestFirst,
  earliestDeadline,
  criticalPath,
  fairShare,
  fcfs,
  easy,
  conservative,
]

/** The built-in orders by name. */
export const orders = catalogue<QueueOrder, undefined>('scheduling.order', orderMembers)

export { adoptOrder } from './own.ts'
export type { OwnOrder } from './own.ts'
export type { NaiveOrder, OrderDefinition, QueueOrder } from './policy.ts'
