/**
 * Keys of the heuristics that treat pods and nodes as vectors with one dimension per resource: cpu, memory, GPUs, named resources. Each
 * dimension is a share of the capacity of *this node*, as in Tetris; with equal bins that is the usual unit bin of vector bin packing.
 *
 *   requested[r] = request / capacity    free[r] = free before the placement / capacity    left[r] = (free - request) / capacity
 *
 * GPUs are counted in thousandths of a device, summed over all devices of the node. A resource that the node does not have, or with weight
 * 0, is left out. Each share is one division, which IEEE rounds correctly: equal shares of different nodes are the same number, and half
 * of a small empty node ties with half of a large one. Sums, products and roots of shares have rounding errors in the last bits that
 * depend on the terms. So the last 17 of the 53 bits of a key are cut off, and keys that are equal on paper tie (0.3 + 0.3 and 0.4 + 0.2,
 * or all angles of evenly filled nodes), as do keys whose relative difference is below 2^-36.
 */
import { CPU, DEVICES, MEMORY, MILLI, PODS } from '../../cluster/views.ts'
import type { ClusterView } from '../../cluster/views.ts'
import type { Values } from '../../common/define.ts'
import { NONE } from '../../common/ids.ts'
import type { NodeId, PodClassId, ResourceId } from '../../common/ids.ts'
import { withoutLastBits } from '../../common/rounding.ts'
import { ColumnTable } from '../../common/table.ts'
import { HIGH_CPU, HIGH_MEMORY, LOW_CPU, LOW_MEMORY } from './key.ts'
import type { BoundedKey } from './key.ts'

const weight = (what: string) =>
  ({ kind: 'number', default: 1, min: 0, max: 1_000_000, meaning: `weight of ${what}; 0 leaves it out` }) as const

/** The weights that every vector heuristic takes. */
export const vectorParameters = {
  cpuWeight: weight('cpu'),
  memoryWeight: weight('memory'),
  gpuWeight: weight('GPUs'),
  namedWeight: weight('each named resource'),
} as const

/** The values of `vectorParameters`. */
export type VectorWeights = Values<typeof vectorParameters>

/** A key that is computed from the dimensions of the pod and the node; a subclass is one heuristic. */
export abstract class VectorKey extends ColumnTable implements BoundedKey {
  /** The first `size` rows are the dimensions of the node at hand: the weight, then request, free and capacity in the resource's own unit. */
  protected size = 0
  protected readonly weight = this.column(Float64Array)
  protected readonly request = this.column(Float64Array)
  protected readonly free = this.column(Float64Array)
  protected readonly capacity = this.column(Float64Array)
  private readonly weights: VectorWeights
  /** Resources with a positive weight, without the devices. */
  private counted: ResourceId[] = []
  private weightOf = new Float64Array(0) // [resource]
  /** Dimensions of cpu and memory of the nodes that `bound` is aimed at, NONE when they are left out. */
  protected cpuAt = NONE
  protected memoryAt = NONE

  constructor(weights: VectorWeights) {
    super(8)
    this.weights = weights
  }

  /** Nothing is stored per node. */
  set(): void {}

  /** Sets out[at] to the key of the node at hand; V8 would allocate a returned float on the heap. */
  protected abstract put(out: Float64Array, at: number): void

  /**
   * Whether a node with more of any resource free never has a smaller key, or never a larger one: then the bound of a box is the key in its
   * lowest or in its highest corner. As each step of the key is rounded monotonically, this holds for the rounded key as well.
   */
  protected abstract readonly order: 'least-first' | 'most-first'

  aim(podClass: PodClassId, view: ClusterView, row: NodeId): void {
    const { nodes, classes } = view
    if (this.weightOf.length !== nodes.resources.length) this.prepare(nodes.resources.length)
    const { weight, request, capacity } = this
    this.cpuAt = NONE
    this.memoryAt = NONE
    let size = 0
    for (const resource of this.counted) {
      const whole = nodes.capacity[resource][row]
      if (whole === 0) continue
      if (resource === CPU) this.cpuAt = size
      if (resource === MEMORY) this.memoryAt = size
      weight[size] = this.weightOf[resource]
      request[size] = classes.request[resource][podClass]
      capacity[size++] = whole
    }
    this.size = size
    if (nodes.devices[row] > 0 && this.weights.gpuWeight > 0) this.addDevices(podClass, view, row)
  }

  bound(box: Float64Array, out: Float64Array, at: number): void {
    const { cpuAt, memoryAt, free, request, capacity } = this
    const least = this.order === 'least-first'
    // Of resources that have no dimension in the box it is known only that the pod fits. `write` overwrites `free` between two bounds.
    for (let d = 0; d < this.size; d++) free[d] = least ? request[d] : capacity[d]
    if (cpuAt !== NONE) free[cpuAt] = box[least ? LOW_CPU : HIGH_CPU]
    if (memoryAt !== NONE) free[memoryAt] = box[least ? LOW_MEMORY : HIGH_MEMORY]
    this.put(out, at)
    out[at] = withoutLastBits(out[at])
  }

  write(podClass: PodClassId, view: ClusterView, rows: Int32Array, count: number, out: Float64Array): void {
    const { nodes, classes } = view
    if (this.weightOf.length !== nodes.resources.length) this.prepare(nodes.resources.length)
    const { weight, request, free, capacity, counted, weightOf } = this
    for (let i = 0; i < count; i++) {
      const row = rows[i]
      let size = 0
      for (let c = 0; c < counted.length; c++) {
        const resource = counted[c]
        const whole = nodes.capacity[resource][row]
        if (whole === 0) continue
        weight[size] = weightOf[resource]
        request[size] = classes.request[resource][podClass]
        free[size] = nodes.free[resource][row]
        capacity[size++] = whole
      }
      this.size = size
      if (nodes.devices[row] > 0 && this.weights.gpuWeight > 0) this.addDevices(podClass, view, row)
      this.put(out, i)
      out[i] = withoutLastBits(out[i])
    }
  }

  private addDevices(podClass: PodClassId, { nodes, classes }: ClusterView, row: NodeId): void {
    const devices = nodes.devices[row]
    let free = 0
    for (let device = 0; device < devices; device++) free += nodes.freeDevice[row * DEVICES + device]
    const at = this.size++
    this.weight[at] = this.weights.gpuWeight
    this.request[at] = classes.gpus[podClass] * classes.gpuMilli[podClass]
    this.free[at] = free
    this.capacity[at] = devices * MILLI
  }

  private prepare(resources: number): void {
    const { cpuWeight, memoryWeight, namedWeight } = this.weights
    this.weightOf = new Float64Array(resources).fill(namedWeight)
    this.weightOf[CPU] = cpuWeight
    this.weightOf[MEMORY] = memoryWeight
    this.weightOf[PODS] = 0
    this.counted = [...this.weightOf.keys()].filter((resource) => this.weightOf[resource] > 0)
    this.reserve(resources + 1) // and the devices
  }
}
