/**
 * Averages of a metric over a sliding window of whole buckets, as the collector of Knative's autoscaler keeps them.
 * Source: knative.dev/serving v0.42 pkg/autoscaler/aggregation/bucketing.go.
 */
import { NONE, type Time } from '../../../common/ids.ts'
import { pow } from '../../../random/math.ts'

/** Averages are cut to six digits (newer releases round them). */
const DIGITS = 1e6
/** The weights of an exponential average add up to at least this over the window; the newest bucket weighs at least the other. */
const WEIGHT_SUM = 0.9999
const LEAST_WEIGHT = 0.2

/** What the collector keeps of one metric and window. */
export class WindowAverage {
  private readonly bucket: Time
  private readonly buckets: Float64Array
  /** Weight of the newest bucket of an exponential average; 0: all buckets weigh the same. */
  private readonly weight: number
  /** Number of the bucket that was written first, and last, since the last silence of a whole window. */
  private first = NONE
  private last = -Infinity
  private sum = 0

  /**
   * @param window of the average [µs], a multiple of the bucket's length
   * @param bucket [µs]
   * @param weighted newer buckets weigh exponentially more
   */
  constructor(window: Time, bucket: Time, weighted = false) {
    const length = Math.ceil(window / bucket)
    this.bucket = bucket
    this.buckets = new Float64Array(length)
    this.weight = weighted ? Math.max(1 - pow(1 - WEIGHT_SUM, 1 / length), LEAST_WEIGHT) : 0
  }

  /** Adds a value to the bucket of its time. A value older than the window is ignored; buckets that were skipped count as 0. */
  record(at: Time, value: number): void {
    const { buckets, last } = this
    const { length } = buckets
    const place = Math.floor(at / this.bucket)
    if (place + length <= last) return
    if (this.first === NONE || place < this.first) this.first = place
    if (place - last >= length) {
      this.first = place
      this.sum = 0
      buckets.fill(0)
    } else {
      for (let skipped = last + 1; skipped <= place; skipped++) {
        this.sum -= buckets[skipped % length]
        buckets[skipped % length] = 0
      }
    }
    if (place > last) this.last = place
    buckets[place % length] += value
    this.sum += value
  }

  /** Whether nothing was recorded for longer than the window. */
  isEmpty(now: Time): boolean {
    return Math.floor(now / this.bucket) - this.last > this.buckets.length
  }

  /** The average at a time: over the buckets since the first write, and without those after the last one. */
  at(now: Time): number {
    const silent = Math.max(0, Math.floor(now / this.bucket) - this.last)
    return this.weight > 0 ? this.weighted(silent) : this.plain(silent)
  }

  private plain(silent: number): number {
    const { buckets, last, first } = this
    const { length } = buckets
    if (silent >= length) return 0
    let sum = this.sum
    for (let place = last + 1; place <= last + silent; place++) sum -= buckets[place % length]
    return Math.floor((sum / Math.min(last - first + 1, length - silent)) * DIGITS) / DIGITS
  }

  /** Here silence counts as buckets of 0. */
  private weighted(silent: number): number {
    const { buckets, last, weight } = this
    const { length } = buckets
    if (silent > length) return 0
    let share = weight * pow(1 - weight, silent)
    let sum = 0
    for (let back = 0; back < length - silent; back++) {
      sum += buckets[(last + length - back) % length] * share
      share *= 1 - weight
    }
    return sum
  }
}
