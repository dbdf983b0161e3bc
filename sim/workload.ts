/** The inlet: what a workload source must deliver. Times are whole microseconds from the origin of the measured run. */

import type { PodShape } from './cluster/spec.ts'

export type { PodShape, Toleration } from './cluster/spec.ts'

/**
 * One service's requests, one pending at a time. `next()` moves to the next arrival and returns its time (never before the
 * last one), or Infinity when nothing more is known now; the fields then describe that request. Both amounts are drawn at
 * arrival, so that policies that compete see the same requests (common random numbers).
 */
export interface RequestSource {
  next(): number
  /** Time the request waits inside the pod without CPU, holding a thread [µs, whole]. */
  readonly wait: number
  /** CPU work [core-µs, whole, at least 1]. */
  readonly work: number
  /** Identity of the client or session, for affinity; -1 for none. */
  readonly key: number
  /** Expected rate at a time [requests/s], for charts of demand. */
  rateAt(time: number): number
  /**
   * A closed loop hears that a request has ended. True: a new arrival is known; the one that was pending, if any, is taken back, and `next()`
   * is asked again for the earliest of all.
   */
  completed?(key: number, time: number): boolean
}

/** Pods that come by themselves (batch work, background), one pending at a time; same rules as RequestSource. */
export interface PodSource {
  next(): number
  /** Row of `shapes`, which may grow while the source is read. */
  readonly shape: number
  readonly shapes: readonly PodShape[]
  /** Time the pod runs, from the end of its start-up [µs]; Infinity: for ever. */
  readonly duration: number
  /** Identity of the pod within its source, handed back to `released`; -1 or absent: none. */
  readonly key?: number
  /** When the pod should be through [µs from the origin of the source]; Infinity or absent: no deadline. */
  readonly deadline?: number
  /** Row of `jobs` that the pod is a task of; absent with `jobs`. */
  readonly job?: number
  /** The jobs that the pods of this source make up; absent: pods that belong to none. */
  readonly jobs?: JobsView
  /** Expected lifetime over the source [µs], for ageing; 0 when unknown. */
  readonly meanDuration: number
  /** True: time zero of the source is the start of ageing, not the origin (a stationary source). */
  readonly stationary: boolean
  /** Rows that were dropped on reading so far, with the reason; nothing is dropped silently. Asked for at the end of the run. */
  readonly notes: readonly string[]
  /** As `RequestSource.completed`, for a pod that is through; `key` is the pod's, -1 when it has none. */
  released?(key: number, time: number): boolean
}

/**
 * Jobs of a source, a row each, read when one of their tasks arrives and when one is through. The row of a job that is through is used
 * again by a later one, from the next call of `next()` on. Columns move when they grow: read them at each call.
 */
export interface JobsView {
  /** Submission [µs from the origin of the source]; below 0 when the job is older than the source. */
  readonly submitted: ArrayLike<number>
  /** When it should be through, on the same clock; Infinity: no deadline. */
  readonly deadline: ArrayLike<number>
  /** Longest chain of task durations: the time it takes when nothing makes it wait [µs]. */
  readonly criticalPath: ArrayLike<number>
  /** Tasks that are not through; 0: the job is. */
  readonly left: ArrayLike<number>
  /** Who submitted it: place in `tenants`. */
  readonly tenant: ArrayLike<number>
  readonly tenants: readonly string[]
}
