/**
 * Keys of the heuristics that look at a pod and a node as vectors, a dimension for each resource: cpu, memory, GPUs, named resources. Each
 * dimension is a share of *this node's* capacity, as in Tetris; in a vector bin packing of equal bins that is the usual unit bin.
 *
 *   asked[r] = request / capacity        free[r] = free before placement / capacity        left[r] = (free - request) / capacity
 *
 * GPUs are thousandths of a device, all devices of the node together. A resource that the node does not have, or that has the weight 0,
 * is left out. Each share is one division, which IEEE rounds correctly: equal shares of different nodes are the same number, and
 * half of a small empty node ties with half of a large one.
 */
import { CPU, DEVICES, FIRST_NAMED, MEMORY, MILLI } from '../cluster/views.ts'
import type { ClusterView } from '../cluster/views.ts'
import type { Values } from '../define.ts'
import type { NodeKey } from './key.ts'

const weight = (what: string) => ({ kind: 'number', default: 1, min: 0, max: 1_000_000, meaning: `weight of ${what}; 0 leaves it out` }) as const

/** The weights that every vector heuristic takes. */
export const vectorParameters = {
  cpuWeight: weight('cpu'),
  memoryWeight: weight('memory'),
  gpuWeight: weight('GPUs'),
  namedWeight: weight('each named resource'),
} as const

export type VectorWeights = Values<typeof vectorParameters>

export abstract class VectorKey implements NodeKey {
  /** The dimensions of the node at hand: `size` of them, each with its weight, and in its own unit what was asked for, is free, and is there. */
  protected size = 0
  protected weight = new Float64Array(0)
  protected request = new Float64Array(0)
  protected free = new Float64Array(0)
  protected capacity = new Float64Array(0)
  private readonly weights: VectorWeights

  constructor(weights: VectorWeights) {
    this.weights = weights
  }

  /** Nothing is kept by node: a capacity is read where it is needed. */
  set(): void {}

  /** Sets out[at] from the dimensions of the node at hand. A float that is returned would be put on the heap. */
  protected abstract put(out: Float64Array, at: number): void

  write(podClass: number, view: ClusterView, rows: Int32Array, count: number, out: Float64Array): void {
    const most = view.nodes.resources.length + 1 // and the devices
    if (most > this.weight.length) this.reserve(most)
    for (let i = 0; i < count; i++) {
      this.measure(podClass, view, rows[i])
      this.put(out, i)
    }
  }

  private measure(podClass: number, { nodes, classes }: ClusterView, row: number): void {
    const { cpuWeight, memoryWeight, gpuWeight, namedWeight } = this.weights
    this.size = 0
    if (cpuWeight > 0) this.add(cpuWeight, classes.cpu[podClass], nodes.freeCpu[row], nodes.capacity[CPU][row])
    if (memoryWeight > 0) this.add(memoryWeight, classes.memory[podClass], nodes.freeMemory[row], nodes.capacity[MEMORY][row])
    const devices = gpuWeight > 0 ? nodes.devices[row] : 0
    if (devices > 0) {
      let free = 0
      for (let device = 0; device < devices; device++) free += nodes.freeDevice[row * DEVICES + device]
      this.add(gpuWeight, classes.gpus[podClass] * classes.gpuMilli[podClass], free, devices * MILLI)
    }
    if (namedWeight === 0) return
    for (let r = FIRST_NAMED; r < nodes.resources.length; r++) {
      this.add(namedWeight, classes.request[r][podClass], nodes.free[r][row], nodes.capacity[r][row])
    }
  }

  private add(weight: number, request: number, free: number, capacity: number): void {
    if (capacity === 0) return
    const at = this.size++
    this.weight[at] = weight
    this.request[at] = request
    this.free[at] = free
    this.capacity[at] = capacity
  }

  private reserve(most: number): void {
    this.weight = new Float64Array(most)
    this.request = new Float64Array(most)
    this.free = new Float64Array(most)
    this.capacity = new Float64Array(most)
  }
}
