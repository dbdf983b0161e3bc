/**
 * The bins of one round: a copy of the free amounts of the existing bins, followed by the new bins. It answers what fits and what is
 * free; which bin to take is decided elsewhere. Only the resources that the round requests are copied, because the copy dominates the cost
 * of a small round (five pods over 10,000 nodes).
 */
import { CPU, DEVICES, MEMORY, MILLI, PODS, type Column } from '../../cluster/views.ts'
import { NONE, type PodClassId } from '../../common/ids.ts'
import { grown } from '../../common/table.ts'
import { pickDevices } from '../../cluster/feasibility/devices.ts'
import type { Measure } from './measure.ts'
import type { BinId, BinTypeId, PackingProblem } from '../policy.ts'

export class Bins {
  /** Existing and new bins so far. */
  count = 0
  /** [resource][bin]; only CPU, memory and the rows in `measure.resources` are valid. */
  free: Float64Array[] = []
  /** Milli-GPU at bin * DEVICES + d; valid only when `measure.usesDevices`. */
  freeDevice = new Int32Array(0)
  /** Type of each new bin, in order of opening. */
  opened: BinTypeId[] = []
  /** Devices of the pods that the last `place` placed, in order. */
  masks = new Int32Array(64)
  /** By type: new bins opened. */
  private openedOf: number[] = []
  /** Resources that are copied. */
  private rows: number[] = []
  private problem!: PackingProblem
  private measure!: Measure

  /** Starts a round without new bins. @param measure reset to the same problem */
  reset(problem: PackingProblem, measure: Measure): void {
    this.problem = problem
    this.measure = measure
    this.count = problem.bins
    this.opened = []
    this.openedOf = problem.types.map(() => 0)
    while (this.free.length < problem.free.length) this.free.push(new Float64Array(0))
    // The searches compare CPU and memory even when no pod requests them.
    this.rows = [...new Set([CPU, MEMORY, ...measure.resources])]
    this.reserve(problem.bins)
    for (const r of this.rows) copy(problem.free[r], this.free[r], problem.bins)
    if (measure.usesDevices) copy(problem.freeDevice, this.freeDevice, problem.bins * DEVICES)
  }

  /** Reads the free amounts of an existing bin again. */
  restore(bin: BinId): void {
    const { free, freeDevice } = this.problem
    for (const r of this.rows) this.free[r][bin] = free[r][bin]
    if (this.measure.usesDevices) for (let d = bin * DEVICES; d < (bin + 1) * DEVICES; d++) this.freeDevice[d] = freeDevice[d]
  }

  /** How many pods of the class the bin holds by its resources (without devices), at most `limit`. */
  private holds(podClass: PodClassId, bin: BinId, limit: number): number {
    const { request } = this.problem.classes
    let count = limit
    for (const r of this.measure.resources) {
      const requested = request[r][podClass]
      if (requested === 0) continue
      const free = this.free[r][bin]
      if (free < requested) return 0
      if (free < requested * count) count = Math.floor(free / requested)
    }
    return count
  }

  private admits(podClass: PodClassId, bin: BinId): boolean {
    const { bins, types } = this.problem
    return bin < bins ? this.problem.binAdmits(podClass, bin) : types[this.opened[bin - bins]].admits(podClass)
  }

  /** True when the bin can take one more pod of the class. */
  fits(podClass: PodClassId, bin: BinId): boolean {
    const { gpus, gpuMilli } = this.problem.classes
    if (this.holds(podClass, bin, 1) === 0 || !this.admits(podClass, bin)) return false
    return gpus[podClass] === 0 || pickDevices(this.freeDevice, bin, DEVICES, gpus[podClass], gpuMilli[podClass]) !== NONE
  }

  /** Places as many pods of the class as fit into the bin, at most `limit`, and returns how many; `masks` holds their devices. */
  place(podClass: PodClassId, bin: BinId, limit: number): number {
    let count = this.holds(podClass, bin, limit)
    if (count === 0 || !this.admits(podClass, bin)) return 0
    if (this.masks.length < count) this.masks = new Int32Array(count * 2)
    if (this.problem.classes.gpus[podClass] > 0) count = this.takeDevices(podClass, bin, count)
    else this.masks.fill(0, 0, count)
    this.takeResources(podClass, bin, count)
    return count
  }

  /** Removes one pod of the class, which was placed on the devices in `mask`, from the bin. */
  remove(podClass: PodClassId, bin: BinId, mask: number): void {
    this.takeResources(podClass, bin, -1)
    this.addToDevices(bin, mask, this.problem.classes.gpuMilli[podClass])
  }

  private takeResources(podClass: PodClassId, bin: BinId, count: number): void {
    for (const r of this.measure.resources) this.free[r][bin] -= this.problem.classes.request[r][podClass] * count
  }

  private addToDevices(bin: BinId, mask: number, milli: number): void {
    for (let d = 0; d < DEVICES; d++) if ((mask >> d) & 1) this.freeDevice[bin * DEVICES + d] += milli
  }

  private takeDevices(podClass: PodClassId, bin: BinId, limit: number): number {
    const { gpus, gpuMilli } = this.problem.classes
    let count = 0
    for (; count < limit; count++) {
      const mask = pickDevices(this.freeDevice, bin, DEVICES, gpus[podClass], gpuMilli[podClass])
      if (mask === NONE) break
      this.addToDevices(bin, mask, -gpuMilli[podClass])
      this.masks[count] = mask
    }
    return count
  }

  /** True when one more bin of the type may be opened. */
  available(type: BinTypeId): boolean {
    return this.openedOf[type] < this.problem.types[type].limit
  }

  /** How many pods of the class an empty bin of the type holds. */
  emptyHolds(podClass: PodClassId, type: BinTypeId): number {
    if (!this.problem.types[type].admits(podClass)) return 0
    const { request, gpus, gpuMilli } = this.problem.classes
    const { capacity, devices } = this.problem.types[type]
    let count = emptyDevicesHold(devices, gpus[podClass], gpuMilli[podClass])
    for (const r of this.measure.resources) {
      if (request[r][podClass] > 0) count = Math.min(count, Math.floor((capacity[r] ?? 0) / request[r][podClass]))
    }
    return count
  }

  /** Opens a new, empty bin of the type and returns it. */
  open(type: BinTypeId): BinId {
    const bin = this.count++
    const { capacity, devices } = this.problem.types[type]
    this.opened.push(type)
    this.openedOf[type]++
    this.reserve(this.count)
    for (const r of this.rows) this.free[r][bin] = capacity[r] ?? 0
    if (this.measure.usesDevices) for (let d = 0; d < DEVICES; d++) this.freeDevice[bin * DEVICES + d] = d < devices ? MILLI : 0
    return bin
  }

  /** Removes the newest bin with everything in it. */
  discard(): void {
    this.count--
    this.openedOf[this.opened.pop()!]--
  }

  /** The free size of the bin, by the measure of the round. */
  freeSize(bin: BinId): number {
    return this.measure.freeSize(this.free, this.freeDevice, bin)
  }

  /** True when all pod places of the bin are taken, so that nothing fits, whatever else is free. */
  full(bin: BinId): boolean {
    return this.free[PODS][bin] < 1
  }

  private reserve(bins: number): void {
    for (const r of this.rows) {
      if (this.free[r].length < bins) this.free[r] = grown(this.free[r], Math.max(bins, this.free[r].length * 2))
    }
    if (this.measure.usesDevices && this.freeDevice.length < bins * DEVICES) {
      this.freeDevice = grown(this.freeDevice, Math.max(bins * DEVICES, this.freeDevice.length * 2))
    }
  }
}

// Instead of to.set(from): a Column need not be a typed array, and this loop is as fast.
function copy(from: Column, to: Float64Array | Int32Array, length: number): void {
  for (let i = 0; i < length; i++) to[i] = from[i]
}

/** How many pods that request `gpus` devices with `milli` on each are held by `devices` empty devices. */
function emptyDevicesHold(devices: number, gpus: number, milli: number): number {
  if (gpus === 0) return Infinity
  return Math.floor((devices * Math.floor(MILLI / milli)) / gpus)
}
