/**
 * The key of best-fit, least- and most-allocated: one whole number per (pod class, node), the smallest wins, the lowest row on ties.
 *
 *   key = cpuWeight[node] * (free millicores - requested) + memoryWeight[node] * (free MiB - requested)
 *
 * Each algorithm is its two weights. Being linear in what is free, the key orders the nodes of equal weights for every pod class
 * at once. All factors are whole numbers and every key stays below 2^53, so scan and index compare equal numbers, never nearly
 * equal ones. Memory counts in whole MiB: what is free is rounded down, what is asked for is rounded up.
 */
import { CPU, MEMORY } from '../../cluster/views.ts'
import type { ClusterView } from '../../cluster/views.ts'
import type { NodeKey } from './key.ts'

export interface Weighing {
  /** Weight of one millicore on a node with this many millicores; whole. */
  cpu(capacity: number): number
  /** Weight of one MiB on a node with this many MiB; whole. */
  memory(capacity: number): number
}

/** MiB per byte: a power of two, so multiplying by it loses nothing. */
export const MIB_PER_BYTE = 1 / 1048576

/**
 * A whole node in the parts in which shares are counted. Plainly it would be freeCpu / capacity, a fraction that rounds
 * differently on each node; a number that 2^26, 3^3, 5^5, 7 and 11 divide gives every usual size (16 or 96 cores, 64 or 384 GiB)
 * whole parts, so that half of a small node ties with half of a large one. Other sizes (94 cores) are rounded by under 2e-8 even
 * at 16,384 cores.
 * Two such shares add up to less than 2^50.
 */
export const WHOLE = 67_108_864 * 27 * 3125 * 7 * 11

/** Parts of a whole that one unit of a capacity is worth; a capacity of 0 is worth nothing. */
export function partsPerUnit(capacity: number): number {
  return capacity > 0 ? Math.round(WHOLE / capacity) : 0
}

/** The two weights of every node row, and the key. A row's capacity changes only with a NodeAdded entry, upon which `set` is called. */
export class NodeWeights implements NodeKey {
  cpu = new Float64Array(0)
  memory = new Float64Array(0)
  private readonly weighing: Weighing

  constructor(weighing: Weighing) {
    this.weighing = weighing
  }

  set(row: number, view: ClusterView): void {
    if (row >= this.cpu.length) this.grow(Math.max(64, 2 * row))
    this.cpu[row] = this.weighing.cpu(view.nodes.capacity[CPU][row])
    this.memory[row] = this.weighing.memory(Math.floor(view.nodes.capacity[MEMORY][row] * MIB_PER_BYTE))
  }

  write(podClass: number, view: ClusterView, rows: Int32Array, count: number, out: Float64Array): void {
    const { freeCpu, freeMemory } = view.nodes
    const { cpu, memory } = this
    const askedCpu = view.classes.cpu[podClass]
    const mebibytes = Math.ceil(view.classes.memory[podClass] * MIB_PER_BYTE)
    for (let i = 0; i < count; i++) {
      const row = rows[i]
      out[i] = cpu[row] * (freeCpu[row] - askedCpu) + memory[row] * (Math.floor(freeMemory[row] * MIB_PER_BYTE) - mebibytes)
    }
  }

  private grow(length: number): void {
    const { cpu, memory } = this
    this.cpu = new Float64Array(length)
    this.cpu.set(cpu)
    this.memory = new Float64Array(length)
    this.memory.set(memory)
  }
}
