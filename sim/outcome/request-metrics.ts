/** Metrics of requests out of ledgers: of all clients together, of one service, or of one call. */
import type { Time } from '../common/ids.ts'
import { Histogram } from '../measure/histogram.ts'
import { CAUSES, Cause, type Ledger } from '../measure/ledger.ts'
import { put, putQuantile, type Sheet } from './sheet.ts'
import type { MetricId } from './standard.ts'

const SECOND = 1e6

/** The sum of several ledgers, over the window. */
export class RequestTotals {
  readonly latency = new Histogram()
  readonly underWay = new Histogram()
  readonly failedBy = new Float64Array(CAUSES)
  arrived = 0
  tries = 0
  good = 0
  late = 0
  answered = 0
  queued = 0
  latencySum = 0

  add(ledger: Ledger): void {
    this.latency.merge(ledger.latency)
    this.underWay.merge(ledger.underWay)
    this.arrived += ledger.windowArrived
    this.tries += ledger.windowTries
    this.good += ledger.good
    this.answered += ledger.windowAnswered
    this.late += ledger.windowAnswered - ledger.good + ledger.unfinishedLate
    this.queued += ledger.queuedSum
    this.latencySum += ledger.latencySum
    for (let cause = 0; cause < CAUSES; cause++) this.failedBy[cause] += ledger.failedBy[cause]
  }

  get failed(): number {
    return this.failedBy.reduce((sum, count) => sum + count, 0)
  }

  /** Requests that failed for good with this cause, in percent of those that arrived. */
  share(cause: Cause): number {
    return (100 * this.failedBy[cause]) / this.arrived
  }

  /** The metrics that every sum of ledgers has. `window` is the length of the window [µs]. */
  put(sheet: Sheet, window: Time): void {
    const { latency, arrived } = this
    putQuantile(sheet, 'latency-p50', latency, 0.5, 1000)
    putQuantile(sheet, 'latency-p99', latency, 0.99, 1000)
    putQuantile(sheet, 'latency-p999', latency, 0.999, 1000)
    put(sheet, 'latency-mean', latency.sum / latency.count / 1000)
    put(sheet, 'goodput', (this.good * SECOND) / window)
    put(sheet, 'slo-misses', (100 * (this.late + this.failed)) / arrived)
    for (const [id, cause] of ERRORS) put(sheet, id, this.share(cause))
    put(sheet, 'retry-amplification', this.tries / arrived)
    put(sheet, 'queueing-share', (100 * this.queued) / this.latencySum)
    put(sheet, 'unfinished', arrived - this.answered - this.failed)
  }
}

/** The metric of each cause that a client from outside can see. */
const ERRORS: readonly (readonly [MetricId, Cause])[] = [
  ['errors-refused', Cause.Refused],
  ['errors-reset', Cause.Reset],
  ['errors-timed-out', Cause.TimedOut],
  ['errors-no-backend', Cause.NoBackend],
  ['errors-rejected', Cause.Rejected],
  ['errors-lost', Cause.Lost],
  ['errors-failed', Cause.Failed],
]
