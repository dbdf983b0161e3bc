/**
 * One number for the size of a pod and for the room in a bin, so that vectors can be put in order.
 *
 * Amounts become shares of the largest bin, resource by resource, over the resources that this round's pods ask for (normalised by capacity, as in Panigrahy,
 * Talwar, Uyeda and Wieder 2011). Places for pods are a limit and no size: every pod takes one, and counted in, a bin with many places would seem roomy. One of four sizes is made of the shares x, each with the weight w of its resource:
 *   l1          sum of w x (FFDSum; the Kubernetes Cluster Autoscaler sorts by the sum of CPU and memory shares, too)
 *   l2          sum of w x^2: the order of the Euclidean norm, without its root
 *   l-infinity  the largest w x
 *   product     the product of the amounts (FFDProd): neither unit nor weight changes its order; 0 for a pod that does not ask for some resource others ask for
 * Weights are 1, or the resource's average demand per pod of the round as a share of the largest bin (FFDAvgSum with l1).
 *
 * Room is the same over what a bin has free before the pod goes in. Under l1 a pod takes as much from every bin, so the bin with the least room before
 * is also the one left with the least; under the others it need not be, and room before it is: the fuller bin, whoever comes. That keeps one order of
 * bins for all pods, so that it can be an index.
 *
 * Shares are whole parts of 2^20. Amounts are first cut to units of a power of two, so that the largest has 32 bits: then
 * units * 2^20 stays below 2^53, the quotient is exact, and both cuts keep order. Sums, products and squares keep it, too, even where they are rounded:
 * a pod never measures more than a bin it fits in.
 */
import { DEVICES, MILLI, PODS, type ClassesView, type Column } from '../../cluster/views.ts'
import type { PackingProblem } from '../policy.ts'

export type SizeName = 'l1' | 'l2' | 'l-infinity' | 'product'
export type WeightsName = 'equal' | 'average-demand'

const SCALE = 1_048_576 // 2^20
const LARGEST = 4_294_967_296 // 2^32

export class Measure {
  /** Rows of resources that some pod of the round asks for. */
  readonly resources: number[] = []
  /** The same without the places for pods, and milli-GPU of all devices as the row after the last: what is measured. */
  readonly measured: number[] = []
  /** Does some pod of the round ask for a device? */
  usesDevices = false
  // By row of resource; milli-GPU of all devices has the row after the last resource.
  private readonly unit: number[] = []
  private readonly largest: number[] = [] // in units; 0 when no bin has any
  private readonly weight: number[] = []
  private deviceRow = 0
  private problem!: PackingProblem
  private scaled = false
  private readonly sizeName: SizeName
  private readonly weightsName: WeightsName

  constructor(size: SizeName = 'l1', weights: WeightsName = 'equal') {
    this.sizeName = size
    this.weightsName = weights
  }

  /** Reads off what the round asks for. */
  reset(problem: PackingProblem, classes: readonly number[]): void {
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

  /** Finds the largest bin: per resource, over free room in existing bins and over capacities of types. A pass over all bins, for those who measure. */
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
      for (let item = 0; item < items; item++) sum += this.asked(podClass[item], r)
      this.weight[r] = this.largest[r] === 0 ? 0 : sum / items / this.largestOf(r)
    }
  }

  /** What a pod of the class asks for, in a measured row. */
  asked(podClass: number, r: number): number {
    const { request, gpus, gpuMilli } = this.problem.classes
    return r === this.deviceRow ? gpus[podClass] * gpuMilli[podClass] : request[r][podClass]
  }

  /** The weight of a measured row. */
  weightOf(r: number): number {
    if (!this.scaled) this.scale()
    return this.weight[r]
  }

  /** The largest bin's amount of a measured row, 0 when no bin has any. */
  largestOf(r: number): number {
    if (!this.scaled) this.scale()
    return this.largest[r] * this.unit[r]
  }

  /** Parts of 2^20 that `amount` is of the largest bin; one part more than the whole for whatever is larger. */
  private share(amount: number, r: number): number {
    const units = Math.floor(amount / this.unit[r])
    return units > this.largest[r] ? SCALE + 1 : this.largest[r] === 0 ? 0 : Math.floor((units * SCALE) / this.largest[r])
  }

  /** The size so far, with one more resource. */
  private join(sofar: number, amount: number, r: number): number {
    if (this.sizeName === 'product') return sofar * amount
    const share = this.share(amount, r)
    if (this.sizeName === 'l1') return sofar + this.weight[r] * share
    if (this.sizeName === 'l2') return sofar + this.weight[r] * (share * share)
    return Math.max(sofar, this.weight[r] * share)
  }

  get classes(): ClassesView {
    return this.problem.classes
  }

  size(podClass: number): number {
    if (!this.scaled) this.scale()
    let size = this.sizeName === 'product' ? 1 : 0
    for (const r of this.measured) size = this.join(size, this.asked(podClass, r), r)
    return size
  }

  /** Room in row `bin` of free vectors. */
  room(free: readonly Column[], freeDevice: Column, bin: number): number {
    if (!this.scaled) this.scale()
    let room = this.sizeName === 'product' ? 1 : 0
    for (const r of this.measured) room = this.join(room, r === this.deviceRow ? milliOf(freeDevice, bin) : free[r][bin], r)
    return room
  }
}

/** Free milli-GPU of a bin over all its devices. */
export function milliOf(freeDevice: Column, bin: number): number {
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
