/** The slow, obvious twins: every node is looked at for every pod. The oracle of the tests, and what an index falls back on. */
import { NONE } from '../../cluster/views.ts'
import type { ClusterView } from '../../cluster/views.ts'
import { NodeChanges } from './changes.ts'
import { BLOCK } from './key.ts'
import type { NodeKey } from './key.ts'
import type { Placer } from '../policy.ts'

/** Finds a pod class's node by looking at the rows one after the other. */
export interface Scan {
  best(podClass: number, view: ClusterView): number
}

/** The feasible node of the smallest key, the lowest row on ties. */
export class KeyScan implements Scan {
  private readonly key: NodeKey
  private readonly rows = new Int32Array(BLOCK)
  private readonly keys = new Float64Array(BLOCK)

  /** The key is told of nodes that join by whoever reads the log. */
  constructor(key: NodeKey) {
    this.key = key
  }

  best(podClass: number, view: ClusterView): number {
    const { freeCpu, freeMemory, count } = view.nodes
    const { rows, keys } = this
    const cpu = view.classes.cpu[podClass]
    const memory = view.classes.memory[podClass]
    let best = NONE
    let smallest = Infinity
    for (let from = 0; from < count; from += BLOCK) {
      const end = Math.min(from + BLOCK, count)
      let some = 0
      for (let row = from; row < end; row++) if (freeCpu[row] >= cpu && freeMemory[row] >= memory) rows[some++] = row
      this.key.write(podClass, view, rows, some, keys)
      for (let i = 0; i < some; i++) {
        // Asked last, and so only of nodes that would win: selectors, taints, devices and named resources cost a call.
        if (!(keys[i] < smallest) || !view.feasible(podClass, rows[i])) continue
        best = rows[i]
        smallest = keys[i]
      }
    }
    return best
  }
}

/** The feasible node of the lowest row from `from` to before `end`, or NONE. */
export function firstFeasible(podClass: number, view: ClusterView, from: number, end: number): number {
  const { freeCpu, freeMemory } = view.nodes
  const cpu = view.classes.cpu[podClass]
  const memory = view.classes.memory[podClass]
  for (let row = from; row < end; row++) {
    if (freeCpu[row] >= cpu && freeMemory[row] >= memory && view.feasible(podClass, row)) return row
  }
  return NONE
}

/** The feasible node of the lowest row. */
export class FirstScan implements Scan {
  best(podClass: number, view: ClusterView): number {
    return firstFeasible(podClass, view, 0, view.nodes.count)
  }
}

/** The row of the k-th feasible node; the number of feasible nodes when there are no more than k. */
export function feasibleRow(podClass: number, k: number, view: ClusterView): number {
  const { freeCpu, freeMemory, count } = view.nodes
  const cpu = view.classes.cpu[podClass]
  const memory = view.classes.memory[podClass]
  let found = 0
  for (let row = 0; row < count; row++) {
    if (freeCpu[row] < cpu || freeMemory[row] < memory || !view.feasible(podClass, row)) continue
    if (found === k) return row
    found++
  }
  return found
}

/** The twin of an algorithm that has a key. It declares every Ready node as examined. */
export class KeyScanPlacer implements Placer {
  examined = 0
  private readonly changes: NodeChanges
  private readonly scan: KeyScan

  constructor(key: NodeKey) {
    this.changes = new NodeChanges(key)
    this.scan = new KeyScan(key)
  }

  place(pod: number, view: ClusterView): number {
    this.changes.follow(view)
    this.examined = view.nodes.ready
    return this.scan.best(view.pods.podClass[pod], view)
  }
}
