/**
 * One whole number for the size of a pod and for the room in a bin, so that vectors can be put in order.
 *
 * Size is the sum, over the resources that this round's pods ask for, of the share of the largest bin (Panigrahy et al. 2011, where the
 * sum of normalised demands is FFDSum; the Kubernetes Cluster Autoscaler sorts by the sum of CPU and memory shares, too). Room is the
 * same sum over what a bin has free. The largest share instead of the sum would be as good a size, but no measure of room: with the sum,
 * a pod takes as much from every bin, so the bin with the least room before is also the one left with the least room.
 *
 * Shares are whole parts of 2^20. Amounts are first cut to units of a power of two, so that the largest has 32 bits: then
 * units * 2^20 stays below 2^53, the quotient is exact, and both cuts keep order: a pod never measures more than a bin it fits in.
 */
import { DEVICES, MILLI, type ClassesView, type Column } from '../cluster/views.ts'
import type { PackingProblem } from './policy.ts'

const SCALE = 2 ** 20
const LARGEST = 2 ** 32

export class Measure {
  /** Rows of resources that some pod of the round asks for. */
  readonly resources: number[] = []
  /** Does some pod of the round ask for a device? */
  usesDevices = false
  private readonly unit: number[] = []
  private readonly largest: number[] = [] // in units; 0 when no bin has any
  private largestDevices = 0 // milli-GPU
  private problem!: PackingProblem
  private scaled = false

  /** Reads off what the round asks for. */
  reset(problem: PackingProblem, classes: readonly number[]): void {
    const { request, gpus } = problem.classes
    this.problem = problem
    this.resources.length = 0
    for (let r = 0; r < problem.free.length; r++) if (classes.some((c) => request[r][c] > 0)) this.resources.push(r)
    this.usesDevices = classes.some((c) => gpus[c] > 0)
    this.scaled = false
  }

  /** Finds the largest bin: per resource, over free room in existing bins and over capacities of types. A pass over all bins, for those who measure. */
  private scale(): void {
    const { problem } = this
    this.scaled = true
    for (const r of this.resources) {
      let largest = 0
      for (let bin = 0; bin < problem.bins; bin++) if (problem.free[r][bin] > largest) largest = problem.free[r][bin]
      for (const type of problem.types) largest = Math.max(largest, type.capacity[r] ?? 0)
      this.unit[r] = 1
      while (largest / this.unit[r] >= LARGEST) this.unit[r] *= 2
      this.largest[r] = Math.floor(largest / this.unit[r])
    }
    this.largestDevices = this.usesDevices ? largestDevices(problem) : 0
  }

  /** Parts of 2^20 that `amount` is of the largest bin; one part more than the whole for whatever is larger. */
  private share(amount: number, r: number): number {
    const units = Math.floor(amount / this.unit[r])
    return units > this.largest[r] ? SCALE + 1 : this.largest[r] === 0 ? 0 : Math.floor((units * SCALE) / this.largest[r])
  }

  private deviceShare(milli: number): number {
    return milli > this.largestDevices ? SCALE + 1 : this.largestDevices === 0 ? 0 : Math.floor((milli * SCALE) / this.largestDevices)
  }

  get classes(): ClassesView {
    return this.problem.classes
  }

  size(podClass: number): number {
    if (!this.scaled) this.scale()
    const { request, gpus, gpuMilli } = this.problem.classes
    let sum = 0
    for (const r of this.resources) sum += this.share(request[r][podClass], r)
    return this.usesDevices ? sum + this.deviceShare(gpus[podClass] * gpuMilli[podClass]) : sum
  }

  /** Room in row `bin` of free vectors. */
  room(free: readonly Column[], freeDevice: Column, bin: number): number {
    if (!this.scaled) this.scale()
    let sum = 0
    for (const r of this.resources) sum += this.share(free[r][bin], r)
    return this.usesDevices ? sum + this.deviceShare(milliOf(freeDevice, bin)) : sum
  }
}

/** Free milli-GPU of a bin over all its devices. */
export function milliOf(freeDevice: Column, bin: number): number {
  let sum = 0
  for (let d = bin * DEVICES; d < (bin + 1) * DEVICES; d++) sum += freeDevice[d]
  return sum
}

function largestDevices(problem: PackingProblem): number {
  let largest = 0
  for (let bin = 0; bin < problem.bins; bin++) largest = Math.max(largest, milliOf(problem.freeDevice, bin))
  for (const type of problem.types) largest = Math.max(largest, type.devices * MILLI)
  return largest
}
