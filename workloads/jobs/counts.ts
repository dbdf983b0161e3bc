/** How many tasks a job has: any distribution, rounded to whole numbers from 1, as a table. */
import { distribution, type DistributionSpec, type RandomStream } from '../../sim/random/index.ts'
import { cumulated, placeOf } from '../shape/weights.ts'
import { remembered } from './remembered.ts'

/** A draw above is cut to this many: no known trace has a larger job. */
export const MAX_TASKS = 100_000
/** What lies beyond this share of all draws is put on the last count of the table. */
const REST = 1e-12

export class Counts {
  readonly mean: number
  /** Of the count of a job that is met through one of its tasks: E[k²] / E[k]. */
  readonly biasedMean: number
  private readonly sums: Float64Array
  /** The same, each count in proportion to itself. */
  private readonly biasedSums: Float64Array

  constructor(spec: DistributionSpec) {
    const of = distribution(spec)
    const shares: number[] = []
    let below = 0
    for (let count = 1; count <= MAX_TASKS && below < 1 - REST; count++) {
      // A half is rounded up: count k is [k - 1/2, k + 1/2).
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

  /** The count of a job that is met through one of its tasks: k with probability k P(k) / E[k]. */
  biased(stream: RandomStream): number {
    return placeOf(this.biasedSums, stream.next()) + 1
  }
}

export const countsOf = remembered((spec) => new Counts(spec))

/** The largest double below. */
const before = (x: number): number => x * (1 - 1.2e-16)
