/** The distribution of values: exact moments, quantiles from buckets, and a fixed amount of memory for any number of values. */
import { bucketOf, bucketStart, bucketWidth } from '../../sim/index.ts'

const LIMIT = 9_007_199_254_740_991

/** Collects values. */
export class Spread {
  weight = 0
  mean = 0
  min = Infinity
  max = -Infinity
  /** Sum of weights times squared deviations from the mean. */
  private squares = 0
  private readonly grain: number
  private weights = new Float64Array(1024)

  /** Resolution of quantiles: `grain`, or 0.8 % for values above 256 grains. */
  constructor(grain: number) {
    this.grain = grain
  }

  /** Adds a value from 0 with a weight, without cancellation: West 1979, Updating Mean and Variance Estimates, CACM 22(9). */
  add(value: number, weight = 1): void {
    if (weight === 0) return
    this.weight += weight
    const above = value - this.mean
    this.mean += (above * weight) / this.weight
    this.squares += weight * above * (value - this.mean)
    if (value < this.min) this.min = value
    if (value > this.max) this.max = value
    const bucket = bucketOf(Math.min(LIMIT, Math.round(value / this.grain)))
    if (bucket >= this.weights.length) this.grow(bucket)
    this.weights[bucket] += weight
  }

  /** Variance over squared mean: 0 for equal values, 1 for exponential ones. NaN without a mean above 0. */
  get cv2(): number {
    return this.mean > 0 ? this.squares / this.weight / (this.mean * this.mean) : NaN
  }

  /** The smallest value with at least the share q at or below it, as the middle of its bucket, within the range of the values. */
  quantile(q: number): number {
    const rank = q * this.weight * (1 - 1e-12)
    let seen = 0
    for (let bucket = 0; bucket < this.weights.length; bucket++) {
      seen += this.weights[bucket]
      if (seen >= rank && this.weights[bucket] > 0)
        return Math.min(this.max, Math.max(this.min, (bucketStart(bucket) + (bucketWidth(bucket) - 1) / 2) * this.grain))
    }
    return NaN
  }

  /** The distribution function in about `count` steps: [value, share of values at or below it]. */
  steps(count: number): [number, number][] {
    const all: [number, number][] = []
    let seen = 0
    for (let bucket = 0; bucket < this.weights.length; bucket++) {
      if (this.weights[bucket] === 0) continue
      seen += this.weights[bucket]
      all.push([Math.min(this.max, (bucketStart(bucket) + bucketWidth(bucket) - 1) * this.grain), seen / this.weight])
    }
    const every = Math.ceil(all.length / count)
    return all.filter((_, i) => i % every === 0 || i === all.length - 1)
  }

  private grow(bucket: number): void {
    const weights = new Float64Array(Math.ceil((bucket + 1) / 1024) * 1024)
    weights.set(this.weights)
    this.weights = weights
  }
}
