/** From an algorithm of either form to what drives it. */
import type { ClusterView } from '../../cluster/views.ts'
import type { Time } from '../../common/ids.ts'
import type { QueueOrder } from '../orders/policy.ts'
import type { Placer, Scheduler } from '../policy.ts'
import type { Driven, SchedulingDriver } from './driver.ts'
import { JobLoop } from './job-loop.ts'
import { SchedulingLoop } from './loop.ts'
import { PendingQueue } from './queue.ts'
import { WakingLoop } from './waking-loop.ts'

/** The driver for an algorithm of either form; `name` is the algorithm's, for messages. Without an order: first in, first out. */
export function driverOf(
  algorithm: Placer | Scheduler,
  view: ClusterView,
  order: QueueOrder | undefined,
  name: string,
  jobs: JobTimes,
): SchedulingDriver {
  const byJob = jobs.rigid || order?.discipline !== undefined
  if ('wake' in algorithm) {
    if (byJob)
      throw new Error(`${name} sees all pending pods at once, which have no order by jobs; accepted: rigid: false and another queue order`)
    return new WakingLoop(algorithm, view, order, name)
  }
  const own = 'drive' in algorithm ? (algorithm as Driven).drive(view) : null
  if (own !== null) {
    if (byJob || order?.rank !== undefined || order?.groups !== undefined)
      throw new Error(
        `${name} has its own queue, by priority and time; accepted: its parameter queue: order, or no queue order and no rigid jobs`,
      )
    return own
  }
  return byJob
    ? new JobLoop({ view, placer: algorithm, order: order ?? {}, name, now: jobs.now, startUp: jobs.startUp })
    : new SchedulingLoop(view, algorithm, new PendingQueue(order), name)
}

/** What a queue of jobs needs to know. */
export interface JobTimes {
  /** Whether there are rigid jobs, whose tasks start together. */
  readonly rigid: boolean
  now(): Time
  /** Time from a bind until the run time begins. */
  readonly startUp: Time
}
