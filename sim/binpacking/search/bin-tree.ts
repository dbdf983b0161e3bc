/**
 * A tree over the bins: each inner node holds the largest free CPU, memory and GPU below it, so whole subtrees are passed over at once.
 * Plainly it would be a scan of all bins for each pod (plain.ts; the README has the figures). The maxima of a subtree may belong to different bins, and
 * selectors, named resources and single devices are not in the tree: a leaf is a candidate, and `Bins` decides.
 */
import { CPU, MEMORY, NONE } from '../../cluster/views.ts'
import type { Bins } from './bins.ts'
import { milliOf, type Measure } from './measure.ts'

/** A bin that can take nothing more. */
const CLOSED = -1

const none = (): boolean => false

export class BinTree {
  /** Places for bins: node n has children 2n and 2n + 1, bin b is node `leaves + b - origin`. */
  leaves = 1
  private origin = 0
  private cpu = new Float64Array(2)
  private memory = new Float64Array(2)
  private gpu = new Float64Array(2)
  private bins!: Bins
  private measure!: Measure
  private askCpu = 0
  private askMemory = 0
  private askGpu = 0

  /**
   * @param closed bins that are no choice, whatever they have free
   * @param origin the lowest bin of this tree; `most` of them from there on
   */
  reset(bins: Bins, measure: Measure, most: number, closed: (bin: number) => boolean = none, origin = 0): void {
    this.bins = bins
    this.measure = measure
    this.origin = origin
    this.leaves = 1
    while (this.leaves < most) this.leaves *= 2
    if (this.cpu.length < 2 * this.leaves) {
      this.cpu = new Float64Array(2 * this.leaves)
      this.memory = new Float64Array(2 * this.leaves)
      this.gpu = new Float64Array(2 * this.leaves)
    }
    for (const column of [this.cpu, this.memory, this.gpu]) column.fill(CLOSED, this.leaves + bins.count - origin, 2 * this.leaves)
    for (let bin = origin; bin < bins.count; bin++) {
      if (closed(bin)) this.cpu[this.leaves + bin - origin] = CLOSED
      else this.setLeaf(bin)
    }
    for (let node = this.leaves - 1; node >= 1; node--) this.combine(node)
  }

  /** From now on the questions are about pods of this class. */
  ask(podClass: number): void {
    const { request, gpus, gpuMilli } = this.measure.classes
    this.askCpu = request[CPU][podClass]
    this.askMemory = request[MEMORY][podClass]
    this.askGpu = gpus[podClass] * gpuMilli[podClass]
  }

  /** May some bin below this node take the pod, as far as the maxima tell? */
  mayTake(node: number): boolean {
    return this.cpu[node] >= this.askCpu && this.memory[node] >= this.askMemory && this.gpu[node] >= this.askGpu
  }

  /** The first bin from `from` on whose own amounts suffice, NONE when there is none: up from its leaf, to the right, down where the maxima allow it. */
  first(from: number): number {
    const { leaves, origin } = this
    if (from - origin >= leaves) return NONE
    let node = leaves + from - origin
    for (;;) {
      if (this.mayTake(node)) {
        if (node >= leaves) return node - leaves + origin
        node *= 2
      } else {
        while (node & 1) node >>= 1
        if (node === 0) return NONE
        node++
      }
    }
  }

  /** The bin has changed, or is new. */
  update(bin: number): void {
    this.setLeaf(bin)
    this.climb(bin)
  }

  /** Takes the bin out of all answers until its next `update`. */
  close(bin: number): void {
    this.cpu[this.leaves + bin - this.origin] = CLOSED
    this.climb(bin)
  }

  private climb(bin: number): void {
    for (let node = (this.leaves + bin - this.origin) >> 1; node >= 1; node >>= 1) this.combine(node)
  }

  private setLeaf(bin: number): void {
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
