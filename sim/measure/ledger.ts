/**
 * What became of one client's requests. Counts are by arrival inside the window [warm-up end, horizon]; the bins by second and Little's
 * law start at the origin.
 */
import type { Time } from '../common/ids.ts'
import { Histogram } from './histogram.ts'
import { Level } from './level.ts'

/** Why a request failed for good: the cause of its last try. A try whose call failed has the cause of the call; Cancelled are calls that their caller gave up, Failed are answers that say so. */
export const Cause = { Refused: 0, Reset: 1, TimedOut: 2, NoBackend: 3, Rejected: 4, Lost: 5, Cancelled: 6, Failed: 7 } as const
export type Cause = (typeof Cause)[keyof typeof Cause]
export const CAUSES = 8
const SECOND = 1_000_000

export class Ledger {
  /** Since the origin, window or not. */
  arrived = 0
  answered = 0
  failed = 0
  /** Tries sent and tries over, of all requests since the origin. */
  tries = 0
  triesOver = 0
  /** Of the window. */
  windowArrived = 0
  windowTries = 0
  good = 0
  windowAnswered = 0
  readonly failedBy = new Float64Array(CAUSES)
  queuedSum = 0
  latencySum = 0
  readonly latency = new Histogram()
  /** By second of arrival since the origin, or by several seconds (`bin`). */
  readonly arrivedIn: Int32Array | Float64Array
  readonly missedIn: Int32Array | Float64Array
  /** Length of the bins of the two [s]. */
  readonly bin: number
  /** Little's law: requests in the system, and the time spent in it by those that left [µs, exact]. */
  readonly inSystem = new Level()
  sojournSum = 0
  /** Requests that failed, by second of arrival; null: they are not counted by second. */
  failedIn: Int32Array | null = null
  private second = 0
  private nextSecond: number

  protected readonly origin: number
  private readonly windowStart: number
  private readonly objective: number

  /**
   * @param objective latency that counts as good [µs]
   * @param bin length of the bins of arrivals and misses [s]; above 1 they hold numbers that are not whole
   */
  constructor(
    { origin, windowStart, end }: { readonly origin: Time; readonly windowStart: Time; readonly end: Time },
    objective: Time,
    bin = 1,
  ) {
    this.bin = bin
    this.origin = origin
    this.windowStart = windowStart
    this.objective = objective
    const seconds = Math.ceil((end - origin) / SECOND) + 1
    this.nextSecond = origin + SECOND
    const bins = Math.ceil(seconds / bin)
    this.arrivedIn = bin === 1 ? new Int32Array(bins) : new Float64Array(bins)
    this.missedIn = bin === 1 ? new Int32Array(bins) : new Float64Array(bins)
  }

  /** Arrivals, and misses, in the seconds from..to since the origin; in a longer bin they are spread evenly. */
  arrivedBetween(from: number, to: number): number {
    return sumOf(this.arrivedIn, this.bin, from, to)
  }

  missedBetween(from: number, to: number): number {
    return sumOf(this.missedIn, this.bin, from, to)
  }

  arrive(now: number): void {
    this.arrived++
    this.inSystem.add(1, now)
    // Arrivals come in order of time, so the second is a moving mark and costs no division.
    while (now >= this.nextSecond) {
      this.second++
      this.nextSecond += SECOND
    }
    this.arrivedIn[this.second]++
    if (now >= this.windowStart) this.windowArrived++
  }

  /** From now on failures are also counted by second. */
  countFailures(): void {
    this.failedIn = new Int32Array(this.arrivedIn.length)
  }

  send(arrived: number): void {
    this.tries++
    if (arrived >= this.windowStart) this.windowTries++
  }

  answer(now: number, arrived: number, queued: number): void {
    const latency = now - arrived
    this.answered++
    this.inSystem.add(-1, now)
    this.sojournSum += latency
    const late = latency > this.objective
    if (late) this.missedIn[Math.floor((arrived - this.origin) / SECOND)]++
    if (arrived < this.windowStart) return
    this.windowAnswered++
    if (!late) this.good++
    this.latencySum += latency
    this.queuedSum += queued
    this.latency.record(latency)
  }

  /** A timed-out request counts in the latencies with the time until it was given up; other failures have no latency. */
  fail(now: number, arrived: number, cause: Cause): void {
    this.failed++
    this.inSystem.add(-1, now)
    this.sojournSum += now - arrived
    const second = Math.floor((arrived - this.origin) / SECOND)
    this.missedIn[second]++
    if (this.failedIn !== null) this.failedIn[second]++
    if (arrived < this.windowStart) return
    this.failedBy[cause]++
    if (cause === Cause.TimedOut) this.latency.record(now - arrived)
  }

  /** At the horizon, which need not be a whole time: a request that is under way; past its objective it is a miss. */
  unfinished(now: number, arrived: number): void {
    this.sojournSum += now - arrived
    if (arrived >= this.windowStart) this.underWay.record(Math.floor(now - arrived))
    if (now - arrived <= this.objective) return
    this.missedIn[Math.floor((arrived - this.origin) / SECOND)]++
    if (arrived >= this.windowStart) this.unfinishedLate++
  }

  unfinishedLate = 0
  /** Time until the horizon of the window's requests that are under way then [µs]. */
  readonly underWay = new Histogram()

  /** Little's law with its boundary terms, exact: the integral of requests in the system equals the sum of the times spent in it. */
  checkLittlesLaw(name: string, now: Time): void {
    const integral = this.inSystem.integral(now)
    if (integral === this.sojournSum) return
    throw new Error(
      `Little's law does not hold for ${name}: requests in the system add up to ${integral} request·µs, their times to ${this.sojournSum}`,
    )
  }
}

function sumOf(bins: Int32Array | Float64Array, length: number, from: number, to: number): number {
  let sum = 0
  if (length === 1) {
    for (let second = from; second < to; second++) sum += bins[second]
    return sum
  }
  for (let bin = Math.floor(from / length); bin * length < to; bin++) {
    const seconds = Math.min(to, (bin + 1) * length) - Math.max(from, bin * length)
    sum += (bins[bin] * seconds) / length
  }
  return sum
}
