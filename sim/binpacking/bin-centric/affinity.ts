/**
 * How well a pod goes with the free amounts of a bin; a greater affinity is better. With x the requested and f the free shares of the
 * largest bin and w the weights, summed over the measured resources (CPU, memory, named resources, milli-GPU of all devices):
 *
 *   dot product   sum of w f x            greatest for the pod that requests most of what the bin has most of
 *   norm          - sum of w (f - x)^2    greatest for the pod that leaves the shortest vector of free shares
 *
 * Panigrahy, Talwar, Uyeda and Wieder 2011, Heuristics for vector bin packing, with w the average demand.
 *
 * The last 17 of a sum's 53 bits are cut off, so that sums that are equal in exact arithmetic (1 x 0.3 + 1 x 0.3 and 1 x 0.2 + 1 x 0.4) tie
 * and rounding does not decide. The cut is monotone, so a bound over several classes stays a bound.
 */
import type { PodClassId } from '../../common/ids.ts'
import { withoutLastBits } from '../../common/rounding.ts'
import type { BinId, PackingProblem } from '../policy.ts'
import type { Bins } from '../round/bins.ts'
import { milliOf, type Measure } from '../round/measure.ts'
import type { Unplaced } from '../round/unplaced.ts'

export type AffinityName = 'dot-product' | 'norm'

export class Affinity {
  private readonly name: AffinityName
  /** Measured rows that some bin has, their weights, and the amounts of the largest bin. */
  private rows: number[] = []
  private weights: number[] = []
  private largest: number[] = []
  private deviceRow = 0
  private bins!: Bins
  /** Requested shares, at class * rows.length + i. */
  private shares = new Float64Array(0)
  /** Free shares of the bin that `setBin` was called with. */
  private free = new Float64Array(0)

  constructor(name: AffinityName) {
    this.name = name
  }

  /** Starts a round. @param measure reset to the same problem */
  reset(problem: PackingProblem, bins: Bins, measure: Measure, { classes }: Unplaced): void {
    this.bins = bins
    this.deviceRow = problem.free.length
    this.rows = measure.measured.filter((r) => measure.largestOf(r) > 0)
    this.weights = this.rows.map((r) => measure.weightOf(r))
    this.largest = this.rows.map((r) => measure.largestOf(r))
    this.free = new Float64Array(this.rows.length)
    this.shares = new Float64Array(problem.classes.count * this.rows.length)
    for (const podClass of classes) {
      this.rows.forEach((r, i) => (this.shares[podClass * this.rows.length + i] = measure.requested(podClass, r) / this.largest[i]))
    }
  }

  /** Sets the bin, with its free amounts of this moment, for `of` and `upperBound`. */
  setBin(bin: BinId): void {
    for (let i = 0; i < this.rows.length; i++) {
      const r = this.rows[i]
      this.free[i] = (r === this.deviceRow ? milliOf(this.bins.freeDevice, bin) : this.bins.free[r][bin]) / this.largest[i]
    }
  }

  /** Number of resources that count. */
  get dimensions(): number {
    return this.rows.length
  }

  /** The share of the i-th resource that a pod of the class requests. */
  requested(podClass: PodClassId, i: number): number {
    return this.shares[podClass * this.rows.length + i]
  }

  /** The affinity of a pod of the class with the bin. */
  of(podClass: PodClassId): number {
    const { free, shares } = this
    const from = podClass * free.length
    let sum = 0
    for (let i = 0; i < free.length; i++) sum += this.term(i, shares[from + i])
    return withoutLastBits(sum)
  }

  /**
   * An upper bound of the affinity of all fitting pods that request shares from low[from + i] to high[from + i]; -Infinity when none fits.
   * A pod that fits requests at most what is free, so both affinities increase with each share, and so do their rounded terms and sums.
   */
  upperBound(low: Float64Array, high: Float64Array, from: number): number {
    const { free } = this
    let sum = 0
    for (let i = 0; i < free.length; i++) {
      if (low[from + i] > free[i]) return -Infinity
      sum += this.term(i, high[from + i] < free[i] ? high[from + i] : free[i])
    }
    return withoutLastBits(sum)
  }

  private term(i: number, share: number): number {
    if (this.name === 'dot-product') return this.weights[i] * this.free[i] * share
    const left = this.free[i] - share
    return -this.weights[i] * (left * left)
  }
}
