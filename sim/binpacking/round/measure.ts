/**
 * Measures a vector of resources by one number, the size of a pod or the free size of a bin, so that pods and bins can be ordered.
 *
 * For each resource that the pods of the round request, an amount becomes a share of the largest bin (normalised by capacity, as in
 * Panigrahy, Talwar, Uyeda and Wieder 2011). Pod places are a limit and not part of the size: every pod takes one, and if they counted, a
 * bin with many places would seem to have much free space. The size is one of these functions of the shares x and the weights w of the
 * resources:
 *
 *   l1          sum of w x (FFDSum; the Kubernetes Cluster Autoscaler sorts by the sum of CPU and memory shares too)
 *   l2          sum of w x^2: the order of the Euclidean norm, without its root
 *   l-infinity  the largest w x
 *   product     the product of the amounts (FFDProd); units and weights do not change its order; 0 for a pod that does not request a
 *               resource that others request
 *
 * A weight is 1, or the resource's average demand per pod of the round as a share of the largest bin (FFDAvgSum with l1).
 *
 * The free size of a bin is measured before the pod is placed. Under l1 a pod takes the same size from every bin, so the bin with the
 * smallest free size before placement also has the smallest after it. Under the other functions this need not hold; the free size before
 * placement decides there too, so that all pods see the bins in one order, which can be an index.
 *
 * Shares are whole parts of 2^20. Amounts are first cut to units of a power of two, so that the largest has 32 bits: units * 2^20 then
 * stays below 2^53, the quotient is exact, and both cuts are monotone. Sums, products and squares are monotone even where they are rounded.
 * So a pod never has a larger size than the free size of a bin that it fits in.
 */
import { DEVICES, MILLI, PODS, type ClassesView, type Column } from '../../cluster/views.ts'
import type { PodClassId } from '../../common/ids.ts'
import type { BinId, PackingProblem } from '../policy.ts'

export const sizeNames = ['l1', 'l2', 'l-infinity', 'product'] as const
export type SizeName = (typeof sizeNames)[number]

export const weightsNames = ['equal', 'average-demand'] as const
export type WeightsName = (typeof weightsNames)[number]

const SCALE = 1_048_576 // 2^20
const LARGEST = 4_294_967_296 // 2^32

export class Measure {
  /** Rows of resources that some pod of the round requests. */
  readonly resources: number[] = []
  /** Rows that count for the size: `resources` without pod places, then `deviceRow` if some pod requests devices. */
  readonly measured: number[] = []
  /** True when some pod of the round requests a device. */
  usesDevices = false
  /** Row of the milli-GPU of all devices of a bin: the row after the last resource. */
  private deviceRow = 0
  /** By row: the unit of its amounts, the amount of the largest bin in units (0 when no bin has any), and its weight. */
  private readonly unit: number[] = []
  private readonly largest: number[] = []
  private readonly weight: number[] = []
  private problem!: PackingProblem
  private scaled = false
  private readonly sizeName: SizeName
  private readonly weightsName: WeightsName

  constructor(size: SizeName = 'l1', weights: WeightsName = 'equal') {
    this.sizeName = size
    this.weightsName = weights
  }

  /** Starts a round. @param classes the classes of its pods, each once */
  reset(problem: PackingProblem, classes: readonly PodClassId[]): void {
    const { request, gpus } = problem.classes
    this.problem = problem
    this.resources.length = 0
    for (let r = 0; r < problem.free.length; r++) if (classes.some((c) => request[r][c] > 0)) this.resources.push(r)
    this.usesDevices = classes.some((c) => gpus[c] > 0)
    this.deviceRow = problem.free.length
    this.measured.length = 0
    for (const r of this.resources) if (r !== PODS) this.measured.push(r)
    if (this.usesDevices) this.measured.push(this.deviceRow)
    this.scaled = false
  }

  /**
   * Finds the largest amount of each row over the free amounts of existing bins and the capacities of types. A pass over all bins, so it
   * runs at the first use.
   */
  private scale(): void {
    this.scaled = true
    for (const r of this.measured) this.scaleRow(r, r === this.deviceRow ? largestDevices(this.problem) : largestAmount(this.problem, r))
    if (this.weightsName === 'average-demand') this.weigh()
  }

  private scaleRow(r: number, largest: number): void {
    this.unit[r] = 1
    while (largest / this.unit[r] >= LARGEST) this.unit[r] *= 2
    this.largest[r] = Math.floor(largest / this.unit[r])
    this.weight[r] = 1
  }

  private weigh(): void {
    const { items, podClass } = this.problem
    for (const r of this.measured) {
      let sum = 0
      for (let item = 0; item < items; item++) sum += this.requested(podClass[item], r)
      this.weight[r] = this.largest[r] === 0 ? 0 : sum / items / this.largestOf(r)
    }
  }

  /** What a pod of the class requests, in a measured row. */
  requested(podClass: PodClassId, r: number): number {
    const { request, gpus, gpuMilli } = this.problem.classes
    return r === this.deviceRow ? gpus[podClass] * gpuMilli[podClass] : request[r][podClass]
  }

  /** The weight of a measured row. */
  weightOf(r: number): number {
    if (!this.scaled) this.scale()
    return this.weight[r]
  }

  /** The amount that the largest bin has of a measured row, 0 when no bin has any. */
  largestOf(r: number): number {
    if (!this.scaled) this.scale()
    return this.largest[r] * this.unit[r]
  }

  /** `amount` as a share of the largest bin [parts of 2^20]; larger amounts give one part more than the whole. */
  private share(amount: number, r: number): number {
    const units = Math.floor(amount / this.unit[r])
    return units > this.largest[r] ? SCALE + 1 : this.largest[r] === 0 ? 0 : Math.floor((units * SCALE) / this.largest[r])
  }

  /** The size of the rows so far and one more. */
  private include(size: number, amount: number, r: number): number {
    if (this.sizeName === 'product') return size * amount
    const share = this.share(amount, r)
    if (this.sizeName === 'l1') return size + this.weight[r] * share
    if (this.sizeName === 'l2') return size + this.weight[r] * (share * share)
    return Math.max(size, this.weight[r] * share)
  }

  get classes(): ClassesView {
    return this.problem.classes
  }

  /** The size of a pod of the class. */
  size(podClass: PodClassId): number {
    if (!this.scaled) this.scale()
    let size = this.sizeName === 'product' ? 1 : 0
    for (const r of this.measured) size = this.include(size, this.requested(podClass, r), r)
    return size
  }

  /** The free size of row `bin` of the given columns. */
  freeSize(free: readonly Column[], freeDevice: Column, bin: BinId): number {
    if (!this.scaled) this.scale()
    let size = this.sizeName === 'product' ? 1 : 0
    for (const r of this.measured) size = this.include(size, r === this.deviceRow ? milliOf(freeDevice, bin) : free[r][bin], r)
    return size
  }
}

/** Free milli-GPU of a bin over all its devices. */
export function milliOf(freeDevice: Column, bin: BinId): number {
  let sum = 0
  for (let d = bin * DEVICES; d < (bin + 1) * DEVICES; d++) sum += freeDevice[d]
  return sum
}

function largestAmount(problem: PackingProblem, r: number): number {
  let largest = 0
  for (let bin = 0; bin < problem.bins; bin++) if (problem.free[r][bin] > largest) largest = problem.free[r][bin]
  for (const type of problem.types) largest = Math.max(largest, type.capacity[r] ?? 0)
  return largest
}

function largestDevices(problem: PackingProblem): number {
  let largest = 0
  for (let bin = 0; bin < problem.bins; bin++) largest = Math.max(largest, milliOf(problem.freeDevice, bin))
  for (const type of problem.types) largest = Math.max(largest, type.devices * MILLI)
  return largest
}
