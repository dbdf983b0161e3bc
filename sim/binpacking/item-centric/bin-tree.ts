/**
 * A tree over the bins in row order that finds the lowest bin with enough free CPU, memory and GPU. Each inner node holds the largest free
 * amounts below it, so that whole subtrees are passed over at once. Figures beside a scan of all bins are in the README.
 *
 * The maxima of a subtree may belong to different bins, and selectors, named resources and single devices are not in the tree. So a leaf is
 * a candidate, and `Bins` decides whether it fits.
 */
import { CPU, MEMORY } from '../../cluster/views.ts'
import { NONE, type PodClassId } from '../../common/ids.ts'
import { ColumnTable } from '../../common/table.ts'
import type { BinId } from '../policy.ts'
import type { Bins } from '../round/bins.ts'
import { milliOf, type Measure } from '../round/measure.ts'

/** CPU of a bin that takes no more pods. */
const CLOSED = -1

const none = (): boolean => false

/** Rows are the nodes of the tree: node n has children 2n and 2n + 1, bin b is node `leaves + b - origin`. */
export class BinTree extends ColumnTable {
  /** Number of leaves, a power of two. */
  leaves = 1
  private origin: BinId = 0
  private cpu = this.column(Float64Array)
  private memory = this.column(Float64Array)
  private gpu = this.column(Float64Array)
  private bins!: Bins
  private measure!: Measure
  private requestedCpu = 0
  private requestedMemory = 0
  private requestedGpu = 0

  /**
   * Starts a round.
   * @param maxBins bins that the tree will hold at most
   * @param closed true for bins that must not be found, whatever they have free
   * @param origin the lowest bin of the tree
   */
  reset(bins: Bins, measure: Measure, maxBins: number, closed: (bin: BinId) => boolean = none, origin: BinId = 0): void {
    this.bins = bins
    this.measure = measure
    this.origin = origin
    this.leaves = 1
    while (this.leaves < maxBins) this.leaves *= 2
    this.reserve(2 * this.leaves)
    for (const column of [this.cpu, this.memory, this.gpu]) column.fill(CLOSED, this.leaves + bins.count - origin, 2 * this.leaves)
    for (let bin = origin; bin < bins.count; bin++) {
      if (closed(bin)) this.cpu[this.leaves + bin - origin] = CLOSED
      else this.setLeaf(bin)
    }
    for (let node = this.leaves - 1; node >= 1; node--) this.combine(node)
  }

  /** Sets the class of the pods that are searched for. */
  start(podClass: PodClassId): void {
    const { request, gpus, gpuMilli } = this.measure.classes
    this.requestedCpu = request[CPU][podClass]
    this.requestedMemory = request[MEMORY][podClass]
    this.requestedGpu = gpus[podClass] * gpuMilli[podClass]
  }

  /** False when no bin below the node fits the pod; true when one may. */
  mayFit(node: number): boolean {
    return this.cpu[node] >= this.requestedCpu && this.memory[node] >= this.requestedMemory && this.gpu[node] >= this.requestedGpu
  }

  /**
   * The lowest candidate from bin `from` on, NONE when there is none. It climbs from the leaf, goes right, and descends where the maxima
   * allow it.
   */
  first(from: BinId): BinId {
    const { leaves, origin } = this
    if (from - origin >= leaves) return NONE
    let node = leaves + from - origin
    for (;;) {
      if (this.mayFit(node)) {
        if (node >= leaves) return node - leaves + origin
        node *= 2
      } else {
        while (node & 1) node >>= 1
        if (node === 0) return NONE
        node++
      }
    }
  }

  /** Reads the free amounts of a bin that has changed or is new. */
  update(bin: BinId): void {
    this.setLeaf(bin)
    this.climb(bin)
  }

  /** Excludes the bin until its next `update`. */
  close(bin: BinId): void {
    this.cpu[this.leaves + bin - this.origin] = CLOSED
    this.climb(bin)
  }

  private climb(bin: BinId): void {
    for (let node = (this.leaves + bin - this.origin) >> 1; node >= 1; node >>= 1) this.combine(node)
  }

  private setLeaf(bin: BinId): void {
    const leaf = this.leaves + bin - this.origin
    this.cpu[leaf] = this.bins.full(bin) ? CLOSED : this.bins.free[CPU][bin]
    this.memory[leaf] = this.bins.free[MEMORY][bin]
    this.gpu[leaf] = this.measure.usesDevices ? milliOf(this.bins.freeDevice, bin) : 0
  }

  private combine(node: number): void {
    const left = 2 * node
    const right = left + 1
    this.cpu[node] = this.cpu[left] > this.cpu[right] ? this.cpu[left] : this.cpu[right]
    this.memory[node] = this.memory[left] > this.memory[right] ? this.memory[left] : this.memory[right]
    this.gpu[node] = this.gpu[left] > this.gpu[right] ? this.gpu[left] : this.gpu[right]
  }
}
