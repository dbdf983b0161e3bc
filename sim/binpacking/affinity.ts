/**
 * How well a pod goes with what a bin has left; greater is better. Amounts are shares of the largest bin, x asked for and f free, summed over the measured resources
 * (CPU, memory, named resources, milli-GPU of all devices) with their weights w:
 *   dot product   sum of w f x            the pod that asks most of what the bin has most of
 *   norm          - sum of w (f - x)^2    the pod that leaves the shortest vector
 * Panigrahy, Talwar, Uyeda and Wieder 2011, with w the average demand.
 */
import type { Bins } from './bins.ts'
import { milliOf, type Measure } from './measure.ts'
import type { PackingProblem } from './policy.ts'
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
  private asked = new Float64Array(0)
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
    this.asked = new Float64Array(problem.classes.count * this.rows.length)
    for (const podClass of classes) {
      this.rows.forEach((r, i) => (this.asked[podClass * this.rows.length + i] = measure.asked(podClass, r) / this.largest[i]))
    }
  }

  /** From now on the questions are about this bin as it stands. */
  look(bin: number): void {
    for (let i = 0; i < this.rows.length; i++) {
      const r = this.rows[i]
      this.free[i] = (r === this.deviceRow ? milliOf(this.bins.freeDevice, bin) : this.bins.free[r][bin]) / this.largest[i]
    }
  }

  of(podClass: number): number {
    const { free, asked, weights } = this
    const from = podClass * free.length
    let sum = 0
    if (this.name === 'dot-product') {
      for (let i = 0; i < free.length; i++) sum += weights[i] * free[i] * asked[from + i]
      return sum
    }
    for (let i = 0; i < free.length; i++) {
      const left = free[i] - asked[from + i]
      sum -= weights[i] * (left * left)
    }
    return sum
  }
}
