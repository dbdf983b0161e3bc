/** From an algorithm of either form to what drives it. */
import type { ClusterView } from '../../cluster/views.ts'
import type { QueueOrder } from '../orders/policy.ts'
import type { Placer, Scheduler } from '../policy.ts'
import type { SchedulingDriver } from './driver.ts'
import { SchedulingLoop } from './loop.ts'
import { PendingQueue } from './queue.ts'
import { WakingLoop } from './waking-loop.ts'

/** The driver for an algorithm of either form; `name` is the algorithm's, for messages. Without an order: first in, first out. */
export function driverOf(algorithm: Placer | Scheduler, view: ClusterView, order: QueueOrder | undefined, name: string): SchedulingDriver {
  return 'wake' in algorithm
    ? new WakingLoop(algorithm, view, order, name)
    : new SchedulingLoop(view, algorithm, new PendingQueue(order), name)
}
