/**
 * Poisson arrivals whose rate is itself random and constant between changes (Cox processes). The path of the rate has a luck of its own, so
 * twice the rate meets the same bursts at the same times. Arrivals fall where the cumulated rate reaches the sum of unit gaps, as everywhere.
 */
import { nearest, type RandomStream } from '../../sim/random/index.ts'
import { NEVER, unitGap } from './arrivals.ts'

/** Fewer requests than one in so many changes of the rate are refused: the search would never end, and the bursts be without effect. */
const MAX_CHANGES = 10_000

export abstract class Modulated {
  private units = 0
  /** Where the search stands [µs], and Λ there. */
  private time = 0
  private reached = 0
  /** Rate [1/s] from here to `until` [µs]. */
  protected current = 0
  protected until = 0
  private readonly mean: number
  private readonly stream: RandomStream

  /** Mean rate [1/s], and how often the rate changes [1/s]. */
  constructor(pattern: string, mean: number, changes: number, stream: RandomStream) {
    if (mean > 0 && changes > mean * MAX_CHANGES) {
      throw new RangeError(
        `rate of ${pattern} traffic: ${mean}/s, but it changes ${changes} times a second; accepted: at least a request in ${MAX_CHANGES} changes`,
      )
    }
    this.mean = mean
    this.stream = stream
  }

  /** Moves `current` and `until` on to the next piece. */
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
    // From the last arrival on; a piece that was begun is not read from its beginning again.
    this.time += ((this.units - this.reached) * 1e6) / this.current
    this.reached = this.units
    return nearest(this.time)
  }

  /** The expected rate, not that of the path: charts and estimates of demand ask before anything has happened. */
  rateAt(): number {
    return this.mean
  }
}
