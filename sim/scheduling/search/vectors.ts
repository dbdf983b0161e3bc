/**
 * Keys of the heuristics that look at a pod and a node as vectors, a dimension for each resource: cpu, memory, GPUs, named resources. Each
 * dimension is a share of *this node's* capacity, as in Tetris; in a vector bin packing of equal bins that is the usual unit bin.
 *
 *   asked[r] = request / capacity        free[r] = free before placement / capacity        left[r] = (free - request) / capacity
 *
 * GPUs are thousandths of a device, all devices of the node together. A resource that the node does not have, or that has the weight 0,
 * is left out. Each share is one division, which IEEE rounds correctly: equal shares of different nodes are the same number, and
 * half of a small empty node ties with half of a large one. Sums, products and roots of them are rounded in the last places, by how they
 * came about; so the last 17 of a key's 53 bits are cut off, and what is equal on paper (0.3 + 0.3 and 0.4 + 0.2, or all angles of
 * nodes that are filled evenly) ties. Keys that differ by less than 2^-36 of themselves do, too.
 */
import { CPU, DEVICES, MEMORY, MILLI, PODS } from '../../cluster/views.ts'
import type { ClusterView } from '../../cluster/views.ts'
import type { Values } from '../../common/define.ts'
import { withoutLastBits } from '../../common/rounding.ts'
import type { NodeKey } from './key.ts'

const weight = (what: string) =>
  ({ kind: 'number', default: 1, min: 0, max: 1_000_000, meaning: `weight of ${what}; 0 leaves it out` }) as const

/** The weights that every vector heuristic takes. */
export const vectorParameters = {
  cpuWeight: weight('cpu'),
  memoryWeight: weight('memory'),
  gpuWeight: weight('GPUs'),
  namedWeight: weight('each named resource'),
} as const

export type VectorWeights = Values<typeof vectorParameters>

export abstract class VectorKey implements NodeKey {
  /** The dimensions of the node at hand: `size` of them, each with its weight, and in its own unit what is asked for, is free, and is there. */
  protected size = 0
  protected weight = new Float64Array(0)
  protected request = new Float64Array(0)
  protected free = new Float64Array(0)
  protected capacity = new Float64Array(0)
  private readonly weights: VectorWeights
  /** Columns of the dimensions that count, except the devices. */
  private columns: number[] = []
  private weightOf = new Float64Array(0) // [resource]

  constructor(weights: VectorWeights) {
    this.weights = weights
  }

  /** Nothing is kept by node: a capacity is read where it is needed. */
  set(): void {}

  /** Sets out[at] from the dimensions of the node at hand. A float that is returned would be put on the heap. */
  protected abstract put(out: Float64Array, at: number): void

  write(podClass: number, view: ClusterView, rows: Int32Array, count: number, out: Float64Array): void {
    const { nodes, classes } = view
    if (this.weightOf.length !== nodes.resources.length) this.reserve(nodes.resources.length)
    const { weight, request, free, capacity, columns, weightOf } = this
    for (let i = 0; i < count; i++) {
      const row = rows[i]
      let size = 0
      for (let c = 0; c < columns.length; c++) {
        const column = columns[c]
        const whole = nodes.capacity[column][row]
        if (whole === 0) continue
        weight[size] = weightOf[column]
        request[size] = classes.request[column][podClass]
        free[size] = nodes.free[column][row]
        capacity[size++] = whole
      }
      this.size = size
      if (nodes.devices[row] > 0 && this.weights.gpuWeight > 0) this.addDevices(podClass, view, row)
      this.put(out, i)
      out[i] = withoutLastBits(out[i])
    }
  }

  private addDevices(podClass: number, { nodes, classes }: ClusterView, row: number): void {
    const devices = nodes.devices[row]
    let free = 0
    for (let device = 0; device < devices; device++) free += nodes.freeDevice[row * DEVICES + device]
    const at = this.size++
    this.weight[at] = this.weights.gpuWeight
    this.request[at] = classes.gpus[podClass] * classes.gpuMilli[podClass]
    this.free[at] = free
    this.capacity[at] = devices * MILLI
  }

  private reserve(resources: number): void {
    const { cpuWeight, memoryWeight, namedWeight } = this.weights
    this.weightOf = new Float64Array(resources).fill(namedWeight)
    this.weightOf[CPU] = cpuWeight
    this.weightOf[MEMORY] = memoryWeight
    this.weightOf[PODS] = 0
    this.columns = [...this.weightOf.keys()].filter((resource) => this.weightOf[resource] > 0)
    this.weight = new Float64Array(resources + 1) // and the devices
    this.request = new Float64Array(resources + 1)
    this.free = new Float64Array(resources + 1)
    this.capacity = new Float64Array(resources + 1)
  }
}
