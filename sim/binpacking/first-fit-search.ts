/**
 * The lowest bin that fits, by a tree over the bins: each inner node holds the largest free CPU, memory and GPU below it, so whole
 * subtrees are passed over at once. Plainly it would be a scan of all bins for each pod (plain.ts; the README has
 * the figures). The maxima of a subtree may belong to different bins, and selectors, named resources and single devices are not in the tree: a leaf is
 * a candidate, and `Bins.place` decides.
 */
import { CPU, MEMORY, NONE, type ClassesView } from '../cluster/views.ts'
import type { Bins } from './bins.ts'
import { milliOf, type Measure } from './measure.ts'
import type { BinSearch } from './search.ts'

/** A bin that can take nothing more. */
const CLOSED = -1

const none = (): boolean => false

export class FirstFitSearch implements BinSearch {
  private leaves = 1
  private cpu = new Float64Array(2)
  private memory = new Float64Array(2)
  private gpu = new Float64Array(2)
  private bins!: Bins
  private classes!: ClassesView
  private usesDevices = false
  private askCpu = 0
  private askMemory = 0
  private askGpu = 0
  private podClass = 0
  private cursor = 0
  /** By class: all bins below do not fit it. */
  private from = new Int32Array(0)

  /** @param closed bins that are no choice, whatever they have free */
  reset(bins: Bins, measure: Measure, most: number, closed: (bin: number) => boolean = none): void {
    this.bins = bins
    this.classes = measure.classes
    this.usesDevices = measure.usesDevices
    this.from = new Int32Array(this.classes.count)
    this.leaves = 1
    while (this.leaves < most) this.leaves *= 2
    if (this.cpu.length < 2 * this.leaves) {
      this.cpu = new Float64Array(2 * this.leaves)
      this.memory = new Float64Array(2 * this.leaves)
      this.gpu = new Float64Array(2 * this.leaves)
    }
    for (const column of [this.cpu, this.memory, this.gpu]) column.fill(CLOSED, this.leaves + bins.count, 2 * this.leaves)
    for (let bin = 0; bin < bins.count; bin++) {
      if (closed(bin)) this.cpu[this.leaves + bin] = CLOSED
      else this.setLeaf(bin)
    }
    for (let node = this.leaves - 1; node >= 1; node--) this.combine(node)
  }

  // A class goes on where its last pod stopped: the bins before did not fit it and only get fuller.
  start(podClass: number): void {
    this.podClass = podClass
    this.askCpu = this.classes.request[CPU][podClass]
    this.askMemory = this.classes.request[MEMORY][podClass]
    this.askGpu = this.classes.gpus[podClass] * this.classes.gpuMilli[podClass]
    this.cursor = this.from[podClass]
  }

  next(): number {
    const bin = this.cursor < this.leaves ? this.first(this.cursor) : NONE
    this.from[this.podClass] = bin === NONE ? this.bins.count : bin
    this.cursor = bin === NONE ? this.bins.count : bin + 1
    return bin
  }

  filled(bin: number): void {
    this.setLeaf(bin)
    for (let node = (this.leaves + bin) >> 1; node >= 1; node >>= 1) this.combine(node)
  }

  opened(bin: number): void {
    this.filled(bin)
  }

  /** Bins got room again: every class begins at the first bin. */
  reopened(bin: number): void {
    this.from.fill(0)
    this.filled(bin)
  }

  /** Takes the bin out of the search until `reopened`. */
  close(bin: number): void {
    this.cpu[this.leaves + bin] = CLOSED
    for (let node = (this.leaves + bin) >> 1; node >= 1; node >>= 1) this.combine(node)
  }

  private setLeaf(bin: number): void {
    const leaf = this.leaves + bin
    this.cpu[leaf] = this.bins.full(bin) ? CLOSED : this.bins.free[CPU][bin]
    this.memory[leaf] = this.bins.free[MEMORY][bin]
    this.gpu[leaf] = this.usesDevices ? milliOf(this.bins.freeDevice, bin) : 0
  }

  private combine(node: number): void {
    const left = 2 * node
    const right = left + 1
    this.cpu[node] = this.cpu[left] > this.cpu[right] ? this.cpu[left] : this.cpu[right]
    this.memory[node] = this.memory[left] > this.memory[right] ? this.memory[left] : this.memory[right]
    this.gpu[node] = this.gpu[left] > this.gpu[right] ? this.gpu[left] : this.gpu[right]
  }

  /** The first leaf from `from` on whose own amounts suffice: up from that leaf, to the right, down where the maxima allow it. */
  private first(from: number): number {
    const { cpu, memory, gpu, leaves, askCpu, askMemory, askGpu } = this
    let node = from + leaves
    for (;;) {
      if (cpu[node] >= askCpu && memory[node] >= askMemory && gpu[node] >= askGpu) {
        if (node >= leaves) return node - leaves
        node *= 2
      } else {
        while (node & 1) node >>= 1
        if (node === 0) return NONE
        node++
      }
    }
  }
}
