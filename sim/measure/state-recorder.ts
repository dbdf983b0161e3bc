/** What services that keep data lose and how long they take to recover. */
import type { Time } from '../common/ids.ts'
import { Level } from './level.ts'

export class StateRecorder {
  /** Ranges of all stores, and those with enough replicas that serve for each level. */
  ranges = 0
  readonly one = new Level()
  readonly quorum = new Level()
  readonly all = new Level()
  /** Bytes that have fewer complete copies than their replication. */
  readonly atRisk = new Level()
  /** Bytes of which no copy is left, or that were restored from a backup. */
  lost = 0
  /** Log that was redone [bytes]. */
  redone = 0
  /** From the loss of a replica or a database to the time at which it serves with all its data [µs]. */
  recoveries = 0
  recoverySum = 0
  recoveryMax = 0
  private readonly windowStart: Time

  constructor(windowStart: Time) {
    this.windowStart = windowStart
  }

  /** Whether an event of this time counts. */
  counts(now: Time): boolean {
    return now >= this.windowStart
  }

  recovered(from: Time, now: Time): void {
    if (from < this.windowStart) return
    this.recoveries++
    this.recoverySum += now - from
    this.recoveryMax = Math.max(this.recoveryMax, now - from)
  }

  windowBegins(now: Time): void {
    for (const level of [this.one, this.quorum, this.all, this.atRisk]) level.reset(now)
  }
}
