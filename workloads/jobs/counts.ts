/** The number of tasks of a job: any distribution, rounded to whole numbers from 1, as a table. */
import { distribution, type DistributionSpec, type RandomStream } from '../../sim/random/index.ts'
import { cumulated, placeOf } from '../shape/weights.ts'
import { remembered } from './remembered.ts'

/** Most tasks of a job; larger draws are cut to it. No known trace has a larger job. */
export const MAX_TASKS = 100_000
/** The table ends at the first count with at most this share of all draws above it; the rest is added to that count. */
const REST = 1e-12

/** A table of counts and their probabilities. */
export class Counts {
  readonly mean: number
  /** Mean count of a job that is sampled through one of its tasks: E[k²] / E[k]. */
  readonly biasedMean: number
  private readonly sums: Float64Array
  /** The same, length-biased: weighted by the count. */
  private readonly biasedSums: Float64Array

  constructor(spec: DistributionSpec) {
    const of = distribution(spec)
    const shares: number[] = []
    let below = 0
    for (let count = 1; count <= MAX_TASKS && below < 1 - REST; count++) {
      // Halves are rounded up: count k is [k - 1/2, k + 1/2).
      const upTo = count === MAX_TASKS ? 1 : of.cdf(before(count + 0.5))
      shares.push(upTo - below)
      below = upTo
    }
    shares[shares.length - 1] += 1 - below
    this.sums = cumulated(shares)
    this.biasedSums = cumulated(shares.map((share, i) => share * (i + 1)))
    this.biasedMean = shares.reduce((sum, share, i) => sum + share * (i + 1) * (i + 1), 0) / this.biasedSums[shares.length - 1]
    this.mean = this.biasedSums[shares.length - 1] / this.sums[shares.length - 1]
  }

  draw(stream: RandomStream): number {
    return placeOf(this.sums, stream.next()) + 1
  }

  /** The count of a job that is sampled through one of its tasks: k with probability k P(k) / E[k]. */
  biased(stream: RandomStream): number {
    return placeOf(this.biasedSums, stream.next()) + 1
  }
}

/** The table of a distribution, computed once per process. */
export const countsOf = remembered((spec) => new Counts(spec))

/** The largest double below. */
const before = (x: number): number => x * (1 - 1.2e-16)
