/**
 * Poisson arrivals whose rate is itself random and constant between changes (Cox processes). The path of the rate is drawn from a stream
 * of its own, so traffic at twice the rate has its bursts at the same times. Arrivals fall where the cumulated rate reaches the sum of
 * unit gaps.
 */
import { nearest, type RandomStream } from '../../sim/random/index.ts'
import { NEVER, unitGap } from './arrivals.ts'

/** Changes of the rate per request; more are refused: the search would take too long, and the bursts would have no effect. */
const MAX_CHANGES = 10_000

/** The base of patterns with a random rate. */
export abstract class Modulated {
  private units = 0
  /** Position of the search [µs], and Λ at it. */
  private time = 0
  private reached = 0
  /** Rate [1/s] from here to `until` [µs]. */
  protected current = 0
  protected until = 0
  private readonly mean: number
  private readonly stream: RandomStream

  /** Mean rate [1/s], and mean number of changes of the rate [1/s]. */
  constructor(pattern: string, mean: number, changes: number, stream: RandomStream) {
    if (mean > 0 && changes > mean * MAX_CHANGES) {
      throw new RangeError(
        `rate of ${pattern} traffic: ${mean}/s, but it changes ${changes} times a second; accepted: at least one request per ${MAX_CHANGES} changes`,
      )
    }
    this.mean = mean
    this.stream = stream
  }

  /** Sets `current` and `until` to those of the next piece. */
  protected abstract change(): void

  next(): number {
    if (this.mean === 0) return Infinity
    this.units += unitGap(this.stream)
    for (;;) {
      const holds = (this.current * (this.until - this.time)) / 1e6
      if (this.reached + holds > this.units) break
      this.reached += holds
      this.time = this.until
      if (this.time >= NEVER) return Infinity
      this.change()
    }
    // The search goes on from this arrival, not from the beginning of the piece.
    this.time += ((this.units - this.reached) * 1e6) / this.current
    this.reached = this.units
    return nearest(this.time)
  }

  /** The expected rate and not that of the path: charts and estimates of demand ask before the run. */
  rateAt(): number {
    return this.mean
  }
}
