/**
 * The feasible node of the smallest key when both weights are negative, that is, with the most free capacity: branch and bound over trees
 * that serve all pod classes.
 *
 * Nodes with equal weights form a group. Within a group the keys are ordered by
 *
 *   freeSum = -(cpuWeight * free millicores + memoryWeight * free MiB)
 *
 * for every pod class, as the request subtracts the same from each. So one tree per group, over the nodes in row order, holds at each
 * entry the maximum free sum, free cpu and free memory of the nodes below it. A search descends to the larger free sum first and
 * skips entries that cannot hold the pod or cannot improve on the best node found. A change updates one leaf, whatever the number of
 * classes; in return a search may be long when much cpu and much memory are free on different nodes. It stops after `limit` entries.
 *
 * With positive weights (best-fit, most-allocated) the bounds do not help: the nodes with the least free capacity are those that are too full.
 */
import { NONE } from '../../common/ids.ts'
import type { NodeId, PodClassId } from '../../common/ids.ts'
import { NodeState, PODS } from '../../cluster/views.ts'
import type { ClusterView } from '../../cluster/views.ts'
import type { NodeChanges } from './changes.ts'
import { GAVE_UP } from './key.ts'
import { MIB_PER_BYTE } from './weights.ts'
import type { NodeWeights } from './weights.ts'

/** Numbers per entry: free sum, free cpu, free memory, and a fourth so that two siblings fill a cache line. */
const STRIDE = 4
const CPU_AT = 1
const MEMORY_AT = 2

/** The tree of the nodes with one pair of weights. */
class Group {
  readonly cpuWeight: number
  readonly memoryWeight: number
  /** Rows in ascending order; the node at place i is entry `leaves + i`. */
  readonly rows: NodeId[] = []
  leaves = 32
  entries = new Float64Array(STRIDE * 64).fill(-Infinity)

  constructor(cpuWeight: number, memoryWeight: number) {
    this.cpuWeight = cpuWeight
    this.memoryWeight = memoryWeight
  }

  /** Adds a row, which is larger than all before. Returns its place. */
  add(row: NodeId): number {
    if (this.rows.length === this.leaves) this.grow()
    return this.rows.push(row) - 1
  }

  set(place: number, freeSum: number, cpu: number, memory: number): void {
    const { entries } = this
    let at = (this.leaves + place) * STRIDE
    if (entries[at] === freeSum && entries[at + CPU_AT] === cpu && entries[at + MEMORY_AT] === memory) return
    entries[at] = freeSum
    entries[at + CPU_AT] = cpu
    entries[at + MEMORY_AT] = memory
    for (let entry = (this.leaves + place) >> 1; entry > 0; entry >>= 1) {
      at = entry * STRIDE
      const left = 2 * at
      const right = left + STRIDE
      const maxSum = Math.max(entries[left], entries[right])
      const maxCpu = Math.max(entries[left + CPU_AT], entries[right + CPU_AT])
      const maxMemory = Math.max(entries[left + MEMORY_AT], entries[right + MEMORY_AT])
      if (entries[at] === maxSum && entries[at + CPU_AT] === maxCpu && entries[at + MEMORY_AT] === maxMemory) return
      entries[at] = maxSum
      entries[at + CPU_AT] = maxCpu
      entries[at + MEMORY_AT] = maxMemory
    }
  }

  private grow(): void {
    const { entries, leaves } = this
    this.leaves = 2 * leaves
    this.entries = new Float64Array(STRIDE * 4 * leaves).fill(-Infinity)
    for (let place = 0; place < leaves; place++) {
      const at = (leaves + place) * STRIDE
      this.set(place, entries[at], entries[at + CPU_AT], entries[at + MEMORY_AT])
    }
  }
}

export class FreeCapacityTree {
  /** Entries visited for the last answer. */
  visits = 0
  private readonly changes: NodeChanges
  private readonly weights: NodeWeights
  private readonly groups: Group[] = []
  private readonly groupOf: Group[] = [] // [row]
  private readonly placeOf: number[] = [] // [row]
  private seen = NONE
  private readonly stack = new Int32Array(64)

  constructor(changes: NodeChanges, weights: NodeWeights) {
    this.changes = changes
    this.weights = weights
  }

  /** The row of the smallest key, NONE, or GAVE_UP after `limit` entries. `changes` must have followed the view. */
  best(podClass: PodClassId, view: ClusterView, limit: number): NodeId {
    this.follow(view)
    const cpu = view.classes.cpu[podClass]
    const memory = view.classes.memory[podClass]
    const mebibytes = Math.ceil(memory * MIB_PER_BYTE)
    let best = NONE
    let smallest = Infinity
    this.visits = 0
    for (const group of this.groups) {
      const { entries, leaves, rows } = group
      // key = requested - freeSum, so only nodes with at least this free sum can win.
      const requested = -(group.cpuWeight * cpu + group.memoryWeight * mebibytes)
      let needed = requested - smallest
      let top = 0
      this.stack[top++] = 1
      while (top > 0) {
        const entry = this.stack[--top]
        const at = entry * STRIDE
        if (++this.visits > limit) return GAVE_UP
        if (entries[at] < needed || entries[at + CPU_AT] < cpu || entries[at + MEMORY_AT] < memory) continue
        if (entries[at] === needed && best !== NONE && rows[leftmost(entry, leaves)] > best) continue // a tie that would lose
        if (entry >= leaves) {
          const row = rows[entry - leaves]
          if (!view.feasible(podClass, row)) continue
          best = row
          needed = entries[at]
          smallest = requested - needed
          continue
        }
        const left = 2 * entry
        const rightFirst = entries[(left + 1) * STRIDE] > entries[left * STRIDE] ? 1 : 0
        this.stack[top++] = left + 1 - rightFirst
        this.stack[top++] = left + rightFirst
      }
    }
    return best
  }

  private follow(view: ClusterView): void {
    const { ring, mask, position } = this.changes
    for (let row = this.placeOf.length; row < view.nodes.count; row++) this.add(row)
    if (this.seen === NONE || position - this.seen > ring.length) {
      for (let row = 0; row < view.nodes.count; row++) this.update(row, view)
    } else {
      for (let at = this.seen; at < position; at++) this.update(ring[at & mask] >> 1, view)
    }
    this.seen = position
  }

  private add(row: NodeId): void {
    const cpuWeight = this.weights.cpu[row]
    const memoryWeight = this.weights.memory[row]
    let group = this.groups.find((g) => g.cpuWeight === cpuWeight && g.memoryWeight === memoryWeight)
    if (group === undefined) this.groups.push((group = new Group(cpuWeight, memoryWeight)))
    this.groupOf[row] = group
    this.placeOf[row] = group.add(row)
  }

  private update(row: NodeId, view: ClusterView): void {
    const { nodes } = view
    const group = this.groupOf[row]
    const place = this.placeOf[row]
    if (nodes.state[row] !== NodeState.Ready || nodes.free[PODS][row] < 1) {
      group.set(place, -Infinity, -Infinity, -Infinity)
      return
    }
    const cpu = nodes.freeCpu[row]
    const memory = nodes.freeMemory[row]
    group.set(place, -(group.cpuWeight * cpu + group.memoryWeight * Math.floor(memory * MIB_PER_BYTE)), cpu, memory)
  }
}

/** Place of the first leaf below an entry. */
function leftmost(entry: number, leaves: number): number {
  return (entry << (Math.clz32(entry) - Math.clz32(leaves))) - leaves
}
