/**
 * How well a pod goes with what a bin has left; greater is better. Amounts are shares of the largest bin, x asked for and f free, summed over the measured resources
 * (CPU, memory, named resources, milli-GPU of all devices) with their weights w:
 *   dot product   sum of w f x            the pod that asks most of what the bin has most of
 *   norm          - sum of w (f - x)^2    the pod that leaves the shortest vector
 * Panigrahy, Talwar, Uyeda and Wieder 2011, with w the average demand.
 *
 * The last 17 of a sum's 53 bits are cut off, so that what is equal on paper (1 x 0.3 + 1 x 0.3 and 1 x 0.2 + 1 x 0.4) ties, and rounding does not
 * choose. The cut keeps order, and so a bound over many classes stays one.
 */
import { withoutLastBits } from '../../common/rounding.ts'
import type { Bins } from './bins.ts'
import { milliOf, type Measure } from './measure.ts'
import type { PackingProblem } from '../policy.ts'
import type { Waiting } from './waiting.ts'

export type AffinityName = 'dot-product' | 'norm'

export class Affinity {
  private readonly name: AffinityName
  private rows: number[] = []
  private weights: number[] = []
  private largest: number[] = []
  private deviceRow = 0
  private bins!: Bins
  /** Shares that a class asks for, at class * rows + i; of the bin in view, what it has free. */
  private shares = new Float64Array(0)
  private free = new Float64Array(0)

  constructor(name: AffinityName) {
    this.name = name
  }

  reset(problem: PackingProblem, bins: Bins, measure: Measure, { classes }: Waiting): void {
    this.bins = bins
    this.deviceRow = problem.free.length
    this.rows = measure.measured.filter((r) => measure.largestOf(r) > 0)
    this.weights = this.rows.map((r) => measure.weightOf(r))
    this.largest = this.rows.map((r) => measure.largestOf(r))
    this.free = new Float64Array(this.rows.length)
    this.shares = new Float64Array(problem.classes.count * this.rows.length)
    for (const podClass of classes) {
      this.rows.forEach((r, i) => (this.shares[podClass * this.rows.length + i] = measure.asked(podClass, r) / this.largest[i]))
    }
  }

  /** From now on the questions are about this bin as it stands. */
  look(bin: number): void {
    for (let i = 0; i < this.rows.length; i++) {
      const r = this.rows[i]
      this.free[i] = (r === this.deviceRow ? milliOf(this.bins.freeDevice, bin) : this.bins.free[r][bin]) / this.largest[i]
    }
  }

  /** Resources that count. */
  get dims(): number {
    return this.rows.length
  }

  /** The share that a pod of the class asks for, of the i-th of them. */
  asked(podClass: number, i: number): number {
    return this.shares[podClass * this.rows.length + i]
  }

  of(podClass: number): number {
    const { free, shares } = this
    const from = podClass * free.length
    let sum = 0
    for (let i = 0; i < free.length; i++) sum += this.term(i, shares[from + i])
    return withoutLastBits(sum)
  }

  /**
   * What no fitting pod can pass that asks for shares from low[from + i] to high[from + i]; -Infinity when none fits. A pod that fits asks for at most what is free,
   * so that both affinities grow with each share; and so do their terms and sums as they are rounded.
   */
  atMost(low: Float64Array, high: Float64Array, from: number): number {
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
