/**
 * Log-linear histogram of whole microseconds: values below 256 have a bucket each, above that every octave has 128 buckets, so a quantile is off
 * by at most 1/256 (0.4 %). Merging is addition, in any order; count and sum are exact.
 */
import type { SparseHistogram } from '../results.ts'
import { grown } from '../columns.ts'

const BITS = 7
const SUB = 1 << BITS // buckets an octave
const LINEAR = 2 * SUB // values below have a bucket each
/** Octaves up to 2^53. */
const BUCKETS = LINEAR + (53 - BITS - 1) * SUB
const HIGH = 4294967296

/** The bucket of a whole, non-negative value below 2^53. */
export function bucketOf(value: number): number {
  if (value < LINEAR) return value
  if (value < 2147483648) {
    const shift = 24 - Math.clz32(value) // so that value >>> shift is in [128, 256)
    return (shift << BITS) + (value >>> shift)
  }
  // Above 31 bits the upper word decides; what the division drops is far below a bucket's width.
  const upper = Math.floor(value / HIGH)
  const bits = upper > 0 ? 64 - Math.clz32(upper) : 32
  let scale = 1
  for (let i = 0; i < bits - BITS - 1; i++) scale *= 2
  return ((bits - BITS - 1) << BITS) + Math.floor(value / scale)
}

/** Smallest value of a bucket, and how many whole values it holds. */
export function bucketStart(bucket: number): number {
  if (bucket < LINEAR) return bucket
  let start = (bucket & (SUB - 1)) + SUB
  for (let shift = (bucket >> BITS) - 1; shift > 0; shift--) start *= 2
  return start
}

export function bucketWidth(bucket: number): number {
  return bucketStart(bucket + 1) - bucketStart(bucket)
}

export class Histogram {
  count = 0
  /** Sum of the values, exact below 2^53. */
  sum = 0
  private buckets = new Float64Array(LINEAR * 8)

  /** One observation [µs, whole, not negative]. */
  record(value: number): void {
    const bucket = bucketOf(value)
    if (bucket >= this.buckets.length) this.buckets = grown(this.buckets, Math.min(BUCKETS, Math.max(bucket + 1, this.buckets.length * 2)))
    this.buckets[bucket]++
    this.count++
    this.sum += value
  }

  /**
   * The value below which the share q of the observations lies: the middle of the bucket that holds observation number ceil(q * count)
   * (the inverse of the empirical distribution function, definition 1 of Hyndman and Fan 1996). NaN without observations.
   */
  quantile(q: number): number {
    if (this.count === 0) return NaN
    const rank = Math.max(1, Math.ceil(q * this.count))
    let below = 0
    for (let bucket = 0; bucket < this.buckets.length; bucket++) {
      below += this.buckets[bucket]
      if (below >= rank) return bucketStart(bucket) + (bucketWidth(bucket) - 1) / 2
    }
    throw new Error(`histogram holds fewer observations than it counted: ${below} of ${this.count}`)
  }

  merge(other: Histogram): void {
    this.buckets = grown(this.buckets, other.buckets.length)
    for (let bucket = 0; bucket < other.buckets.length; bucket++) this.buckets[bucket] += other.buckets[bucket]
    this.count += other.count
    this.sum += other.sum
  }

  /** Observations in buckets that lie wholly above `value`. */
  countAbove(value: number): number {
    let count = 0
    for (let bucket = bucketOf(Math.floor(value)) + 1; bucket < this.buckets.length; bucket++) count += this.buckets[bucket]
    return count
  }

  /** The buckets that hold something, ascending. */
  toSparse(): SparseHistogram {
    const held: number[] = []
    for (let bucket = 0; bucket < this.buckets.length; bucket++) if (this.buckets[bucket] > 0) held.push(bucket)
    return { buckets: Int32Array.from(held), counts: Float64Array.from(held, (bucket) => this.buckets[bucket]), sum: this.sum }
  }

  static fromSparse(sparse: SparseHistogram): Histogram {
    const histogram = new Histogram()
    const last = sparse.buckets[sparse.buckets.length - 1] ?? 0
    histogram.buckets = grown(histogram.buckets, last + 1)
    sparse.buckets.forEach((bucket, i) => {
      histogram.buckets[bucket] = sparse.counts[i]
      histogram.count += sparse.counts[i]
    })
    histogram.sum = sparse.sum
    return histogram
  }
}
