/**
 * The bins of one round: a working copy of the free vectors of the existing ones, and the new ones behind them. It knows what fits and
 * what is left, not which bin to take. Only what the round asks for is copied: a round of five pods over 10,000 nodes
 * is paid by its copy.
 */
import { CPU, DEVICES, MEMORY, MILLI, NONE, PODS, type Column } from '../../cluster/views.ts'
import { grown } from '../../common/table.ts'
import { pickDevices } from '../../cluster/feasibility/devices.ts'
import type { Measure } from './measure.ts'
import type { PackingProblem } from '../policy.ts'

export class Bins {
  /** Existing and new bins so far. */
  count = 0
  /** [resource][bin]; only CPU, memory and the rows in `measure.resources` are kept up. */
  free: Float64Array[] = []
  freeDevice = new Int32Array(0)
  /** Type of each new bin, in order of opening. */
  opened: number[] = []
  /** Devices of the pods that the last `place` put down, in order. */
  masks = new Int32Array(64)
  private openedOf: number[] = []
  private rows: number[] = []
  private problem!: PackingProblem
  private measure!: Measure

  reset(problem: PackingProblem, measure: Measure): void {
    this.problem = problem
    this.measure = measure
    this.count = problem.bins
    this.opened = []
    this.openedOf = problem.types.map(() => 0)
    while (this.free.length < problem.free.length) this.free.push(new Float64Array(0))
    // Searches compare CPU and memory without asking whether anybody wants them.
    this.rows = [...new Set([CPU, MEMORY, ...measure.resources])]
    this.reserve(problem.bins)
    for (const r of this.rows) copy(problem.free[r], this.free[r], problem.bins)
    if (measure.usesDevices) copy(problem.freeDevice, this.freeDevice, problem.bins * DEVICES)
  }

  /** How many pods of the class the bin's vector takes (devices aside), at most `limit`. */
  private holds(podClass: number, bin: number, limit: number): number {
    const { request } = this.problem.classes
    let most = limit
    for (const r of this.measure.resources) {
      const asked = request[r][podClass]
      if (asked === 0) continue
      const free = this.free[r][bin]
      if (free < asked) return 0
      if (free < asked * most) most = Math.floor(free / asked)
    }
    return most
  }

  private admits(podClass: number, bin: number): boolean {
    const { bins, types } = this.problem
    return bin < bins ? this.problem.binAdmits(podClass, bin) : types[this.opened[bin - bins]].admits(podClass)
  }

  /** May one pod of the class go into this bin now? */
  fits(podClass: number, bin: number): boolean {
    const { gpus, gpuMilli } = this.problem.classes
    if (this.holds(podClass, bin, 1) === 0 || !this.admits(podClass, bin)) return false
    return gpus[podClass] === 0 || pickDevices(this.freeDevice, bin, DEVICES, gpus[podClass], gpuMilli[podClass]) !== NONE
  }

  /** Puts down as many of `limit` pods of the class as fit into the bin, and returns how many; `masks` has their devices. */
  place(podClass: number, bin: number, limit: number): number {
    let count = this.holds(podClass, bin, limit)
    if (count === 0 || !this.admits(podClass, bin)) return 0
    if (this.masks.length < count) this.masks = new Int32Array(count * 2)
    if (this.problem.classes.gpus[podClass] > 0) count = this.takeDevices(podClass, bin, count)
    else this.masks.fill(0, 0, count)
    this.move(podClass, bin, count)
    return count
  }

  /** Takes one pod of the class out of the bin again, from the devices it was given. */
  giveBack(podClass: number, bin: number, mask: number): void {
    this.move(podClass, bin, -1)
    this.moveDevices(bin, mask, this.problem.classes.gpuMilli[podClass])
  }

  private move(podClass: number, bin: number, count: number): void {
    for (const r of this.measure.resources) this.free[r][bin] -= this.problem.classes.request[r][podClass] * count
  }

  private moveDevices(bin: number, mask: number, milli: number): void {
    for (let d = 0; d < DEVICES; d++) if ((mask >> d) & 1) this.freeDevice[bin * DEVICES + d] += milli
  }

  private takeDevices(podClass: number, bin: number, limit: number): number {
    const { gpus, gpuMilli } = this.problem.classes
    let count = 0
    for (; count < limit; count++) {
      const mask = pickDevices(this.freeDevice, bin, DEVICES, gpus[podClass], gpuMilli[podClass])
      if (mask === NONE) break
      this.moveDevices(bin, mask, -gpuMilli[podClass])
      this.masks[count] = mask
    }
    return count
  }

  /** May one more bin of the type be opened? */
  available(type: number): boolean {
    return this.openedOf[type] < this.problem.types[type].limit
  }

  /** How many pods of the class an empty bin of the type takes. */
  emptyHolds(podClass: number, type: number): number {
    if (!this.problem.types[type].admits(podClass)) return 0
    const { request, gpus, gpuMilli } = this.problem.classes
    const { capacity, devices } = this.problem.types[type]
    let most = emptyDevicesHold(devices, gpus[podClass], gpuMilli[podClass])
    for (const r of this.measure.resources) {
      if (request[r][podClass] > 0) most = Math.min(most, Math.floor((capacity[r] ?? 0) / request[r][podClass]))
    }
    return most
  }

  /** A new, empty bin of the type; returns its row. */
  open(type: number): number {
    const bin = this.count++
    const { capacity, devices } = this.problem.types[type]
    this.opened.push(type)
    this.openedOf[type]++
    this.reserve(this.count)
    for (const r of this.rows) this.free[r][bin] = capacity[r] ?? 0
    if (this.measure.usesDevices) for (let d = 0; d < DEVICES; d++) this.freeDevice[bin * DEVICES + d] = d < devices ? MILLI : 0
    return bin
  }

  /** Takes back the newest bin, whatever is in it. */
  discard(): void {
    this.count--
    this.openedOf[this.opened.pop()!]--
  }

  room(bin: number): number {
    return this.measure.room(this.free, this.freeDevice, bin)
  }

  /** A bin whose pod places are all taken fits nothing, whatever else is free. */
  full(bin: number): boolean {
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

// Plainly: to.set(from). A Column need not be a typed array, and this loop is as fast.
function copy(from: Column, to: Float64Array | Int32Array, length: number): void {
  for (let i = 0; i < length; i++) to[i] = from[i]
}

/** How many pods that want `gpus` devices with `milli` each `devices` empty devices take, one after another. */
function emptyDevicesHold(devices: number, gpus: number, milli: number): number {
  if (gpus === 0) return Infinity
  return Math.floor((devices * Math.floor(MILLI / milli)) / gpus)
}
