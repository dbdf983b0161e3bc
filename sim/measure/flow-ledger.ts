/**
 * What became of the requests of a flow: as the ledger of single requests, with numbers that are not whole until the horizon, where they
 * are rounded so that nothing is lost.
 */
import type { Time } from '../common/ids.ts'
import { bucketOf } from './histogram.ts'
import { CAUSES, Ledger, type Cause } from './ledger.ts'

const SECOND = 1_000_000

export class FlowLedger extends Ledger {
  private binOf(at: Time): number {
    return Math.floor((at - this.origin) / SECOND / this.bin)
  }

  /** Failures have no instant: they are not counted by second. */
  override countFailures(): void {
    this.failedIn = null
  }

  /** Requests that arrive from a time on; `counted`: they belong to the window. */
  flowed(at: Time, count: number, counted: boolean): void {
    this.arrived += count
    this.tries += count
    this.triesOver += count
    this.arrivedIn[this.binOf(at)] += count
    if (!counted) return
    this.windowArrived += count
    this.windowTries += count
  }

  /** Some of them fail. */
  flowFailed(at: Time, cause: Cause, count: number, counted: boolean): void {
    this.failed += count
    this.missedIn[this.binOf(at)] += count
    if (counted) this.failedBy[cause] += count
  }

  /** Some of them are answered, `late` of these after the objective. */
  flowAnswered(at: Time, count: number, late: number, counted: boolean): void {
    this.answered += count
    this.missedIn[this.binOf(at)] += late
    if (!counted) return
    this.windowAnswered += count
    this.good += count - late
  }

  /** Answered requests of the window with these means [µs]. */
  flowTimes(count: number, latency: number, queued: number): void {
    this.latencySum += count * latency
    this.queuedSum += count * queued
  }

  /** The horizon: whole numbers, and the histogram of latencies. */
  flowEnds(latencies: (visit: (latency: number, count: number) => void) => void): void {
    this.windowArrived = Math.round(this.windowArrived)
    this.windowTries = this.windowArrived
    let failed = 0
    for (let cause = 0; cause < CAUSES; cause++) {
      this.failedBy[cause] = Math.round(this.failedBy[cause])
      failed += this.failedBy[cause]
    }
    this.windowAnswered = Math.max(0, this.windowArrived - failed)
    this.good = Math.min(this.windowAnswered, Math.round(this.good))
    const counts: number[] = []
    const sums: number[] = []
    latencies((latency, count) => {
      const bucket = bucketOf(latency)
      counts[bucket] = (counts[bucket] ?? 0) + count
      sums[bucket] = (sums[bucket] ?? 0) + count * latency
    })
    let carried = 0
    counts.forEach((count, bucket) => {
      const whole = Math.round(carried + count)
      carried += count - whole
      if (whole > 0) this.latency.record(Math.round(sums[bucket] / count), whole)
    })
  }
}
