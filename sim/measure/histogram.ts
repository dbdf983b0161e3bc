/**
 * A histogram with log-linear buckets: 128 to an octave, so that a bucket is at most 0.8 % of its values wide; values below 256 have a
 * bucket each. Histograms of services, runs or workers merge by addition, with the same result in any order, which
 * sketches (t-digest and the like) do not guarantee.
 * Source: the log-linear buckets of HdrHistogram, G. Tene, http://hdrhistogram.org
 */
import { Accumulator } from './accumulator.ts'

/** Buckets per octave, and the base-2 logarithm of their number. */
const OCTAVE = 128
const OCTAVE_BITS = 7
/** Values stay below 2^53. */
const LIMIT = 9_007_199_254_740_992
/** From 2^31 on, the limit of clz32, the bucket is that of value / 2^24, 24 octaves further up. */
const WIDE = 2_147_483_648
const WIDE_SHIFT = 24
const WIDE_DIVISOR = 16_777_216
/** Octaves that the first value makes places for. */
const FIRST_OCTAVES = 16
const EMPTY = new Float64Array(0)
const BUCKETS = (53 - OCTAVE_BITS + 1) * OCTAVE

/** Relative difference up to which a share of the count is taken for a whole number: 0.07 * 100 is 7, not 7.000000000000001. */
const ROUNDING = 1e-12

/** A histogram as plain data: only the buckets that are not empty. */
export interface SparseHistogram {
  /** Bucket numbers, ascending (`bucketOf`). */
  readonly buckets: Int32Array
  readonly counts: Float64Array
  /** Exact sum of the values, in their unit. */
  readonly sum: number
}

export class Histogram {
  /** Number of values recorded. */
  count = 0
  /** Without places until the first value: most histograms of a large run stay empty. */
  private counts: Float64Array = EMPTY
  private readonly total = new Accumulator()

  /** Sum of the values: the double nearest to the exact one. */
  get sum(): number {
    return this.total.value()
  }

  get mean(): number {
    return this.sum / this.count
  }

  /** Counts a whole number from 0 to 2^53 - 1, `times` times. */
  record(value: number, times = 1): void {
    if (!(value >= 0 && value < LIMIT && Math.floor(value) === value)) refuseValue(value)
    const bucket = bucketOf(value)
    if (bucket >= this.counts.length) this.grow(bucket)
    this.counts[bucket] += times
    this.count += times
    if (times === 1) this.total.addOne(value)
    else this.total.add(value, times)
  }

  /**
   * The q-quantile, q in [0, 1]: the smallest recorded value v such that at least a share q of all values are at most v (nearest-rank
   * definition), as if the values of its bucket were spread evenly over it. The right value is in the same bucket: exact below 256, within
   * 0.8 % above. NaN when no value was recorded.
   *
   * The middle of the bucket would be within 0.4 %, but equal for all distributions whose quantile falls into the bucket, so that runs which
   * differ would look alike. The number of values beyond the rank is known, and distributions are nearly flat within a bucket.
   */
  quantile(q: number): number {
    if (!(q >= 0 && q <= 1)) throw new RangeError(`quantile: ${q}; accepted: 0 to 1`)
    const share = q * this.count
    const rank = Math.max(1, Math.ceil(share - share * ROUNDING))
    let seen = 0
    for (let bucket = 0; bucket < this.counts.length; bucket++) {
      const own = this.counts[bucket]
      seen += own
      if (seen >= rank) return placeIn(bucket, (rank - (seen - own) - 0.5) / own)
    }
    return NaN
  }

  /** Number of values above `value`; values in the bucket of `value` count as not above: exact below 256, else within 0.8 % of `value`. */
  countAbove(value: number): number {
    if (value < 0) return this.count
    const first = value >= LIMIT ? BUCKETS : bucketOf(value) + 1
    let above = 0
    for (let bucket = first; bucket < this.counts.length; bucket++) above += this.counts[bucket]
    return above
  }

  /** Adds the counts of another histogram. */
  merge(other: Histogram): void {
    if (other.counts.length > this.counts.length) this.grow(other.counts.length - 1)
    for (let bucket = 0; bucket < other.counts.length; bucket++) this.counts[bucket] += other.counts[bucket]
    this.count += other.count
    this.total.merge(other.total)
  }

  /** Discards all values, as at the end of warm-up. */
  clear(): void {
    this.counts.fill(0)
    this.count = 0
    this.total.clear()
  }

  /** The counts as plain data. */
  toSparse(): SparseHistogram {
    const buckets: number[] = []
    for (let bucket = 0; bucket < this.counts.length; bucket++) if (this.counts[bucket] > 0) buckets.push(bucket)
    return { buckets: Int32Array.from(buckets), counts: Float64Array.from(buckets, (bucket) => this.counts[bucket]), sum: this.sum }
  }

  /** A histogram with the counts of `sparse`. Throws a RangeError for a bucket out of range. */
  static fromSparse(sparse: SparseHistogram): Histogram {
    const histogram = new Histogram()
    sparse.buckets.forEach((bucket, i) => {
      if (!(bucket >= 0 && bucket < BUCKETS)) throw new RangeError(`histogram bucket: ${bucket}; accepted: 0 to ${BUCKETS - 1}`)
      if (bucket >= histogram.counts.length) histogram.grow(bucket)
      histogram.counts[bucket] += sparse.counts[i]
      histogram.count += sparse.counts[i]
    })
    histogram.total.addOne(sparse.sum)
    return histogram
  }

  private grow(bucket: number): void {
    const octaves = Math.max(FIRST_OCTAVES, Math.ceil((bucket + 1) / OCTAVE))
    const counts = new Float64Array(octaves * OCTAVE)
    counts.set(this.counts)
    this.counts = counts
  }
}

/** The bucket of a whole number below 2^53. Below 256 it is the number itself. */
export function bucketOf(value: number): number {
  if (value >= WIDE) return bucketOf(Math.floor(value / WIDE_DIVISOR)) + WIDE_SHIFT * OCTAVE
  // The highest bit gives the octave; the seven bits below it are the bucket within the octave.
  const shift = Math.max(0, 31 - OCTAVE_BITS - Math.clz32(value))
  return shift * OCTAVE + (value >>> shift)
}

/** Smallest value of a bucket. */
export function bucketStart(bucket: number): number {
  if (bucket < 2 * OCTAVE) return bucket
  const shift = Math.floor(bucket / OCTAVE) - 1
  let start = bucket - shift * OCTAVE
  for (let i = 0; i < shift; i++) start *= 2
  return start
}

/** Number of whole numbers in a bucket. */
export function bucketWidth(bucket: number): number {
  return bucketStart(bucket + 1) - bucketStart(bucket)
}

/** The value at a share of a bucket: whole numbers w from `start` on, each as wide as the step between them. */
export function placeIn(bucket: number, share: number): number {
  const width = bucketWidth(bucket)
  return width === 1 ? bucketStart(bucket) : bucketStart(bucket) + width * share - 0.5
}

function refuseValue(value: number): never {
  throw new RangeError(`value for a histogram: ${value}; accepted: whole numbers from 0 to 2^53 - 1`)
}
