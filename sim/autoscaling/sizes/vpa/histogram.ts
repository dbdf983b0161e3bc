/**
 * A histogram in which a sample loses half of its weight in each half-life.
 * Source: Kubernetes autoscaler, vertical-pod-autoscaler 1.8 pkg/recommender/util/{histogram,decaying_histogram}.go.
 */
import type { Time } from '../../../common/ids.ts'
import { exp2, nearest } from '../../../random/math.ts'
import type { Buckets } from './buckets.ts'

/** Weight of the heaviest bucket of a checkpoint. */
const CHECKPOINT_WEIGHT = 10_000
/** Half-lives after which weights are scaled to a new reference time. */
const LONGEST = 100

/** What is kept of a histogram between two runs of the recommender: weights relative to the heaviest bucket, as whole numbers. */
export interface HistogramCheckpoint {
  readonly weights: ReadonlyMap<number, number>
  readonly total: number
  readonly reference: Time
}

/** Weights by bucket. Those of decaying samples are relative to a reference time: later samples weigh more, earlier ones never change. */
export class Histogram {
  private readonly buckets: Buckets
  private readonly halfLife: Time
  private readonly weights: Float64Array
  private total = 0
  /** First and last bucket that are not empty; the last and first one of all when there is none. */
  private lowest: number
  private highest = 0
  /** A multiple of the half-life; -Infinity before the first sample. */
  private reference: Time = -Infinity

  /** @param halfLife [µs]; 0: samples keep their weight */
  constructor(buckets: Buckets, halfLife: Time) {
    this.buckets = buckets
    this.halfLife = halfLife
    this.weights = new Float64Array(buckets.count)
    this.lowest = buckets.count - 1
  }

  add(value: number, weight: number, at: Time): void {
    const { buckets, weights } = this
    const bucket = buckets.find(value)
    const present = weight * this.growth(at)
    weights[bucket] += present
    this.total += present
    if (weights[bucket] < buckets.epsilon) return
    this.lowest = Math.min(this.lowest, bucket)
    this.highest = Math.max(this.highest, bucket)
  }

  /** Takes a sample away that was added with the same time. */
  subtract(value: number, weight: number, at: Time): void {
    const { buckets, weights } = this
    const bucket = buckets.find(value)
    const present = weight * this.growth(at)
    this.total = this.left(this.total, present)
    weights[bucket] = this.left(weights[bucket], present)
    this.shrink()
  }

  /** Adds all samples of another histogram with the same buckets and half-life. The other one may be moved to this one's reference time. */
  merge(other: Histogram): void {
    if (this.halfLife > 0) {
      if (this.reference < other.reference) this.refer(other.reference)
      else if (other.reference < this.reference) other.refer(this.reference)
    }
    for (let bucket = other.lowest; bucket <= other.highest; bucket++) this.weights[bucket] += other.weights[bucket]
    this.total += other.total
    this.lowest = Math.min(this.lowest, other.lowest)
    this.highest = Math.max(this.highest, other.highest)
  }

  isEmpty(): boolean {
    return this.weights[this.lowest] < this.buckets.epsilon
  }

  /** The end of the bucket in which the sum of the weights reaches this share; the start of the last bucket, which has no end. 0 when empty. */
  percentile(share: number): number {
    if (this.isEmpty()) return 0
    const threshold = share * this.total
    let bucket = this.lowest
    let sum = 0
    for (; bucket < this.highest; bucket++) {
      sum += this.weights[bucket]
      if (sum >= threshold) break
    }
    return this.buckets.start(Math.min(bucket + 1, this.buckets.count - 1))
  }

  checkpoint(): HistogramCheckpoint {
    let heaviest = 0
    for (let bucket = this.lowest; bucket <= this.highest; bucket++) heaviest = Math.max(heaviest, this.weights[bucket])
    const ratio = CHECKPOINT_WEIGHT / heaviest
    const weights = new Map<number, number>()
    for (let bucket = this.lowest; bucket <= this.highest; bucket++) {
      const weight = nearest(this.weights[bucket] * ratio)
      if (weight > 0) weights.set(bucket, weight)
    }
    return { weights, total: this.total, reference: this.reference }
  }

  /** Adds what a checkpoint holds and takes its reference time. */
  restore({ weights, total, reference }: HistogramCheckpoint): void {
    let sum = 0
    for (const weight of weights.values()) sum += weight
    this.reference = reference
    if (sum === 0) return
    for (const [bucket, weight] of weights) {
      this.lowest = Math.min(this.lowest, bucket)
      this.highest = Math.max(this.highest, bucket)
      this.weights[bucket] += (weight * total) / sum
    }
    this.total += total
    this.shrink()
  }

  /** Weight of a sample of this time relative to the reference time. */
  private growth(at: Time): number {
    if (this.halfLife === 0) return 1
    if (at > this.reference + LONGEST * this.halfLife) this.refer(at)
    return exp2((at - this.reference) / this.halfLife)
  }

  /** Moves the reference time to the multiple of the half-life nearest to a time. */
  private refer(at: Time): void {
    const reference = nearest(at / this.halfLife) * this.halfLife
    const factor = exp2(nearest((this.reference - reference) / this.halfLife))
    for (let bucket = this.lowest; bucket <= this.highest; bucket++) this.weights[bucket] *= factor
    this.total *= factor
    this.reference = reference
    this.shrink()
  }

  private left(weight: number, taken: number): number {
    const rest = weight - taken
    return rest < this.buckets.epsilon ? 0 : rest
  }

  /** Leaves out empty buckets at both ends. */
  private shrink(): void {
    const { weights, buckets } = this
    while (weights[this.lowest] < buckets.epsilon && this.lowest < buckets.count - 1) this.lowest++
    while (weights[this.highest] < buckets.epsilon && this.highest > 0) this.highest--
  }
}
