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

  /** The part of the key that depends on the request. */
  requested(cpu: number, memory: number): number {
    return -(this.cpuWeight * cpu + this.memoryWeight * Math.ceil(memory * MIB_PER_BYTE))
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
      const maxSum = larger(entries[left], entries[right])
      const maxCpu = larger(entries[left + CPU_AT], entries[right + CPU_AT])
      const maxMemory = larger(entries[left + MEMORY_AT], entries[right + MEMORY_AT])
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
  /** The best row of the current search, and its key. */
  private row = NONE
  private smallest = Infinity

  constructor(changes: NodeChanges, weights: NodeWeights) {
    this.changes = changes
    this.weights = weights
  }

  /** The row of the smallest key, NONE, or GAVE_UP after `limit` entries. `changes` must have followed the view. */
  best(podClass: PodClassId, view: ClusterView, limit: number): NodeId {
    this.follow(view)
    const { groups } = this
    this.row = NONE
    this.smallest = Infinity
    this.visits = 0
    if (groups.length === 0) return NONE
    // Most often the group whose bound is smallest has the node, and the other groups end at their roots.
    const first = this.mostPromising(podClass, view)
    if (!this.search(groups[first], podClass, view, limit)) return GAVE_UP
    for (let g = 0; g < groups.length; g++) if (g !== first && !this.search(groups[g], podClass, view, limit)) return GAVE_UP
    return this.row
  }

  /** The group with the smallest bound on its keys. */
  private mostPromising(podClass: PodClassId, { classes }: ClusterView): number {
    const { groups } = this
    let best = 0
    let smallest = Infinity
    for (let g = 0; g < groups.length; g++) {
      const bound = groups[g].requested(classes.cpu[podClass], classes.memory[podClass]) - groups[g].entries[STRIDE]
      if (bound >= smallest) continue
      best = g
      smallest = bound
    }
    return best
  }

  /** Looks in the group for a node that is better than `row`; false when it gives up. */
  private search(group: Group, podClass: PodClassId, view: ClusterView, limit: number): boolean {
    const { stack } = this
    const { entries, leaves, rows } = group
    const cpu = view.classes.cpu[podClass]
    const memory = view.classes.memory[podClass]
    // key = requested - freeSum, so only nodes with at least this free sum can win.
    const requested = group.requested(cpu, memory)
    let needed = requested - this.smallest
    let { row: best, visits } = this
    let top = 0
    stack[top++] = 1
    while (top > 0) {
      const entry = stack[--top]
      const at = entry * STRIDE
      if (++visits > limit) return false
      if (entries[at] < needed || entries[at + CPU_AT] < cpu || entries[at + MEMORY_AT] < memory) continue
      if (entries[at] === needed && best !== NONE && rows[leftmost(entry, leaves)] > best) continue // a tie that would lose
      if (entry >= leaves) {
        const row = rows[entry - leaves]
        if (!view.feasible(podClass, row)) continue
        best = row
        needed = entries[at]
        continue
      }
      const left = 2 * entry
      const rightFirst = entries[(left + 1) * STRIDE] > entries[left * STRIDE] ? 1 : 0
      stack[top++] = left + 1 - rightFirst
      stack[top++] = left + rightFirst
    }
    this.row = best
    this.smallest = requested - needed
    this.visits = visits
    return true
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

/** `Math.max` without its rules for NaN and -0, which take time. */
function larger(a: number, b: number): number {
  return a > b ? a : b
}

/** Place of the first leaf below an entry. */
function leftmost(entry: number, leaves: number): number {
  return (entry << (Math.clz32(entry) - Math.clz32(leaves))) - leaves
}
