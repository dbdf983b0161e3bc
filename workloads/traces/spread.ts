/** How values are spread: moments exactly as they come, quantiles from buckets; a fixed amount of memory for any number of them. */
import { bucketOf, bucketStart, bucketWidth } from '../../sim/measure/histogram.ts'

const LIMIT = 9_007_199_254_740_991

export class Spread {
  weight = 0
  mean = 0
  least = Infinity
  most = -Infinity
  /** Sum of weights times squared deviations from the mean. */
  private squares = 0
  private readonly grain: number
  private weights = new Float64Array(1024)

  /** Values are told apart down to `grain`, and within 0.8 % above 256 of it. */
  constructor(grain: number) {
    this.grain = grain
  }

  /** A value from 0 that counts `weight` times: West 1979, Updating Mean and Variance Estimates, CACM 22(9), which does not cancel. */
  add(value: number, weight = 1): void {
    if (weight === 0) return
    this.weight += weight
    const above = value - this.mean
    this.mean += (above * weight) / this.weight
    this.squares += weight * above * (value - this.mean)
    if (value < this.least) this.least = value
    if (value > this.most) this.most = value
    const bucket = bucketOf(Math.min(LIMIT, Math.round(value / this.grain)))
    if (bucket >= this.weights.length) this.grow(bucket)
    this.weights[bucket] += weight
  }

  /** Variance over squared mean: 0 for equal values, 1 for exponential ones. NaN without a mean above 0. */
  get cv2(): number {
    return this.mean > 0 ? this.squares / this.weight / (this.mean * this.mean) : NaN
  }

  /** The smallest value that at least a share q does not exceed, as the middle of its bucket; never beyond what came. */
  quantile(q: number): number {
    const rank = q * this.weight * (1 - 1e-12)
    let seen = 0
    for (let bucket = 0; bucket < this.weights.length; bucket++) {
      seen += this.weights[bucket]
      if (seen >= rank && this.weights[bucket] > 0)
        return Math.min(this.most, Math.max(this.least, (bucketStart(bucket) + (bucketWidth(bucket) - 1) / 2) * this.grain))
    }
    return NaN
  }

  /** Steps of the distribution function, at most so many: [value, share of at most that value]. */
  steps(most: number): [number, number][] {
    const all: [number, number][] = []
    let seen = 0
    for (let bucket = 0; bucket < this.weights.length; bucket++) {
      if (this.weights[bucket] === 0) continue
      seen += this.weights[bucket]
      all.push([Math.min(this.most, (bucketStart(bucket) + bucketWidth(bucket) - 1) * this.grain), seen / this.weight])
    }
    const every = Math.ceil(all.length / most)
    return all.filter((_, i) => i % every === 0 || i === all.length - 1)
  }

  private grow(bucket: number): void {
    const weights = new Float64Array(Math.ceil((bucket + 1) / 1024) * 1024)
    weights.set(this.weights)
    this.weights = weights
  }
}
