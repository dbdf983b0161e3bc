/** Jobs and CronJobs: what completed and failed, pods that failed, slots of schedules that were started, late or not, or missed. */
import type { Time } from '../common/ids.ts'

export class BatchRecorder {
  /** Jobs created in the window, by their end. */
  completed = 0
  failed = 0
  /** Pods that failed, and containers that exited with an error and are started again, in the window. */
  podsFailed = 0
  exits = 0
  /** Jobs that CronJobs started for slots of the window, the sum of their delays [µs], and slots without a Job. */
  scheduled = 0
  delays = 0
  missed = 0
  private readonly windowStart: Time

  constructor(windowStart: Time) {
    this.windowStart = windowStart
  }

  /** A Job that was created at `created` has ended. */
  jobEnded(created: Time, completed: boolean): void {
    if (created < this.windowStart) return
    if (completed) this.completed++
    else this.failed++
  }

  podFailed(now: Time): void {
    if (now >= this.windowStart) this.podsFailed++
  }

  exited(now: Time): void {
    if (now >= this.windowStart) this.exits++
  }

  /** A CronJob starts the Job of a slot. */
  slotStarted(slot: Time, now: Time): void {
    if (slot < this.windowStart) return
    this.scheduled++
    this.delays += now - slot
  }

  /** A slot has passed for which no Job will be started. */
  slotMissed(slot: Time): void {
    if (slot >= this.windowStart) this.missed++
  }
}
