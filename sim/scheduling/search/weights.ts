/**
 * The key of best-fit, worst-fit, least- and most-allocated: one whole number per (pod class, node); the smallest wins, the lowest row on
 * ties.
 *
 *   key = cpuWeight[node] * (free millicores - requested) + memoryWeight[node] * (free MiB - requested)
 *
 * An algorithm is a pair of weights. As the key is linear in the free capacity, the order of nodes with equal weights is the same
 * for every pod class. All factors are whole numbers and every key is below 2^53, so scan and index compare exact numbers. Memory is
 * counted in whole MiB: free memory is rounded down, requested memory is rounded up.
 */
import type { Values } from '../../common/define.ts'
import type { NodeId, PodClassId } from '../../common/ids.ts'
import { ColumnTable } from '../../common/table.ts'
import { CPU, MEMORY } from '../../cluster/views.ts'
import type { ClusterView } from '../../cluster/views.ts'
import { HIGH_CPU, HIGH_MEMORY, LOW_CPU, LOW_MEMORY } from './key.ts'
import type { BoundedKey } from './key.ts'

/** How an algorithm weighs cpu and memory of a node; both results are whole numbers. */
export interface WeightRule {
  /** Weight of one millicore on a node with this capacity [millicores]. */
  cpu(capacity: number): number
  /** Weight of one MiB on a node with this capacity [MiB]. */
  memory(capacity: number): number
}

/** MiB per byte: a power of two, so multiplication by it is exact. */
export const MIB_PER_BYTE = 1 / 1048576

/** The parameter of the algorithms that add up absolute amounts of cpu and memory. */
export const absoluteParameters = {
  memoryPerCore: {
    kind: 'memory',
    default: 4096 / MIB_PER_BYTE,
    min: 1 / MIB_PER_BYTE,
    max: 1_048_576 / MIB_PER_BYTE,
    meaning: 'amount of memory that counts as much as one core; 4Gi is the ratio of general-purpose cloud machines',
  },
} as const

/** Absolute weights, the same on every node, times `sign`: memoryPerCore [MiB] per millicore and 1000 per MiB, so that both are whole. */
export function absoluteWeights(values: Values<typeof absoluteParameters>, sign: 1 | -1): WeightRule {
  const mebibytesPerCore = Math.round(values.memoryPerCore * MIB_PER_BYTE)
  return { cpu: () => sign * mebibytesPerCore, memory: () => sign * 1000 }
}

/**
 * A whole node, in the parts in which shares are counted. The simple form freeCpu / capacity is a fraction that is rounded differently
 * on each node. This number is divisible by 2^26, 3^3, 5^5, 7 and 11, so every usual size (16 or 96 cores, 64 or 384 GiB) gets whole
 * parts, and half of a small node ties with half of a large one. For other sizes (94 cores) the rounding error is below 2e-8, even at
 * 16,384 cores. The sum of two such shares is below 2^50.
 */
export const WHOLE = 67_108_864 * 27 * 3125 * 7 * 11

/** Parts of `WHOLE` per unit of a capacity; 0 for a capacity of 0. */
export function partsPerUnit(capacity: number): number {
  return capacity > 0 ? Math.round(WHOLE / capacity) : 0
}

/** The two weights of every node, and the key. The capacity of a row changes only with a NodeAdded entry, on which `set` is called. */
export class NodeWeights extends ColumnTable implements BoundedKey {
  readonly cpu = this.column(Float64Array)
  readonly memory = this.column(Float64Array)
  private readonly rule: WeightRule
  /** What `bound` is aimed at: the weights of the node, and the request [millicores, MiB]. */
  private readonly aimed = { cpuWeight: 0, memoryWeight: 0, cpu: 0, mebibytes: 0 }

  constructor(rule: WeightRule) {
    super()
    this.rule = rule
  }

  set(row: NodeId, view: ClusterView): void {
    this.reserve(row + 1)
    this.cpu[row] = this.rule.cpu(view.nodes.capacity[CPU][row])
    this.memory[row] = this.rule.memory(Math.floor(view.nodes.capacity[MEMORY][row] * MIB_PER_BYTE))
  }

  aim(podClass: PodClassId, view: ClusterView, row: NodeId): void {
    this.aimed.cpuWeight = this.cpu[row]
    this.aimed.memoryWeight = this.memory[row]
    this.aimed.cpu = view.classes.cpu[podClass]
    this.aimed.mebibytes = Math.ceil(view.classes.memory[podClass] * MIB_PER_BYTE)
  }

  /** The key is linear: its minimum is in the corner that the signs of the weights choose. */
  bound(box: Float64Array, out: Float64Array, at: number): void {
    const { cpuWeight, memoryWeight, cpu, mebibytes } = this.aimed
    const freeCpu = box[cpuWeight > 0 ? LOW_CPU : HIGH_CPU]
    const freeMemory = box[memoryWeight > 0 ? LOW_MEMORY : HIGH_MEMORY]
    out[at] = cpuWeight * (freeCpu - cpu) + memoryWeight * (Math.floor(freeMemory * MIB_PER_BYTE) - mebibytes)
  }

  write(podClass: PodClassId, view: ClusterView, rows: Int32Array, count: number, out: Float64Array): void {
    const { freeCpu, freeMemory } = view.nodes
    const { cpu, memory } = this
    const requestedCpu = view.classes.cpu[podClass]
    const mebibytes = Math.ceil(view.classes.memory[podClass] * MIB_PER_BYTE)
    for (let i = 0; i < count; i++) {
      const row = rows[i]
      out[i] = cpu[row] * (freeCpu[row] - requestedCpu) + memory[row] * (Math.floor(freeMemory[row] * MIB_PER_BYTE) - mebibytes)
    }
  }
}
