/**
 * Scores of NodeResourcesFit and NodeResourcesBalancedAllocation over the columns of a run, kept per pod class and node until the node changes.
 * `plugins/node-resources-fit.ts` and `plugins/node-resources-balanced-allocation.ts` compute the same from objects.
 */
import { NONE } from '../../../common/ids.ts'
import type { NodeId, PodClassId } from '../../../common/ids.ts'
import { classOfHolding } from '../../../cluster/entries.ts'
import { CPU, MEMORY, Subject } from '../../../cluster/views.ts'
import type { ClusterView, LogCursor, LogView } from '../../../cluster/views.ts'
import { MAX_SCORE } from './plugin.ts'
import { share } from './plugins/node-resources-fit.ts'
import { MISSING } from './requests.ts'

/** Weighted sums of the two scores. */
export class AllocationScores {
  private readonly most: boolean
  private readonly fit: number
  private readonly balanced: number
  private log: LogView | undefined
  private cursor: LogCursor | undefined
  /** Pods on the node that request no cpu, and no memory; they count with the defaults. */
  private withoutCpu = new Int32Array(0)
  private withoutMemory = new Int32Array(0)
  /** Number of changes of the node's pods. */
  private changes = new Int32Array(0)
  /** By pod class: sum of the node, and `changes` of the node when it was computed. */
  private readonly sums: Int32Array[] = []
  private readonly stamps: Int32Array[] = []

  /** @param most whether the fit prefers allocated nodes @param fit, balanced weights */
  constructor(most: boolean, fit: number, balanced: number) {
    this.most = most
    this.fit = fit
    this.balanced = balanced
  }

  /** Reads the log up to the present. */
  follow(view: ClusterView): void {
    if (view.log !== this.log) return this.begin(view)
    if (this.changes.length < view.nodes.count) this.grow(view.nodes.count)
    const cursor = this.cursor!
    while (cursor.next()) {
      const { subject, row } = cursor
      if (subject === Subject.PodBound) this.count(view, row, classOfHolding(cursor.value), 1)
      else if (subject === Subject.PodReleased) this.count(view, row, classOfHolding(cursor.value), -1)
      else if (subject === Subject.NodeAdded) this.changes[row]++
    }
  }

  /** Writes the weighted sum of each row to `out`. */
  write(podClass: PodClassId, view: ClusterView, rows: Int32Array, count: number, out: Int32Array): void {
    const { changes } = this
    const sums = (this.sums[podClass] ??= new Int32Array(changes.length))
    const stamps = (this.stamps[podClass] ??= new Int32Array(changes.length).fill(NONE))
    for (let i = 0; i < count; i++) {
      const row = rows[i]
      if (stamps[row] !== changes[row]) {
        sums[row] = this.sumOf(podClass, row, view)
        stamps[row] = changes[row]
      }
      out[i] = sums[row]
    }
  }

  private sumOf(podClass: PodClassId, row: NodeId, { nodes, classes }: ClusterView): number {
    const cpu = classes.cpu[podClass]
    const memory = classes.memory[podClass]
    const cpuCapacity = nodes.capacity[CPU][row]
    const memoryCapacity = nodes.capacity[MEMORY][row]
    const heldCpu = cpuCapacity - nodes.freeCpu[row]
    const heldMemory = memoryCapacity - nodes.freeMemory[row]
    let sum = 0
    if (this.fit > 0) {
      const cpuScore = this.scoreOf(heldCpu + (this.withoutCpu[row] + (cpu === 0 ? 1 : 0)) * MISSING['cpu'] + cpu, cpuCapacity)
      const memoryScore = this.scoreOf(
        heldMemory + (this.withoutMemory[row] + (memory === 0 ? 1 : 0)) * MISSING['memory'] + memory,
        memoryCapacity,
      )
      const resources = (cpuCapacity === 0 ? 0 : 1) + (memoryCapacity === 0 ? 0 : 1)
      if (resources > 0) sum = this.fit * Math.trunc((cpuScore + memoryScore) / resources)
    }
    if (this.balanced > 0 && (cpu > 0 || memory > 0)) {
      const deviation =
        cpuCapacity === 0 || memoryCapacity === 0
          ? 0
          : Math.abs((Math.min(1, (heldCpu + cpu) / cpuCapacity) - Math.min(1, (heldMemory + memory) / memoryCapacity)) / 2)
      sum += this.balanced * Math.trunc((1 - deviation) * MAX_SCORE)
    }
    return sum
  }

  private scoreOf(requested: number, capacity: number): number {
    if (capacity === 0) return 0
    if (this.most) return share(Math.min(requested, capacity), MAX_SCORE, capacity)
    return requested > capacity ? 0 : share(capacity - requested, MAX_SCORE, capacity)
  }

  private begin(view: ClusterView): void {
    this.cursor?.close()
    this.log = view.log
    this.cursor = view.log.open()
    this.withoutCpu.fill(0)
    this.withoutMemory.fill(0)
    this.sums.length = 0
    this.stamps.length = 0
    this.grow(view.nodes.count)
    const { count, node, podClass } = view.pods
    for (let pod = 0; pod < count; pod++) if (node[pod] !== NONE) this.count(view, node[pod], podClass[pod], 1)
  }

  private count({ classes }: ClusterView, row: NodeId, podClass: PodClassId, by: 1 | -1): void {
    this.changes[row]++
    if (classes.cpu[podClass] === 0) this.withoutCpu[row] += by
    if (classes.memory[podClass] === 0) this.withoutMemory[row] += by
  }

  private grow(nodes: number): void {
    const size = Math.max(64, 2 * nodes)
    const wider = (column: Int32Array) => {
      const grown = new Int32Array(size)
      grown.set(column)
      return grown
    }
    this.withoutCpu = wider(this.withoutCpu)
    this.withoutMemory = wider(this.withoutMemory)
    this.changes = wider(this.changes)
    this.sums.length = 0
    this.stamps.length = 0
  }
}
