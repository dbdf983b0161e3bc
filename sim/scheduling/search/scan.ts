/** Searches that look at every node for every pod: the reference implementation (twin) in the tests, and the fallback of every index. */
import { NONE } from '../../common/ids.ts'
import type { NodeId, PodClassId, PodId } from '../../common/ids.ts'
import type { ClusterView } from '../../cluster/views.ts'
import type { Placer } from '../policy.ts'
import { NodeChanges } from './changes.ts'
import { BLOCK } from './key.ts'
import type { NodeKey } from './key.ts'

/** A search for the node of a pod class that looks at the rows in order. */
export interface Scan {
  /** The row of the node, NONE when no node fits. */
  best(podClass: PodClassId, view: ClusterView): NodeId
}

/** The feasible node of the smallest key, the lowest row on ties. */
export class KeyScan implements Scan {
  private readonly key: NodeKey
  private readonly rows = new Int32Array(BLOCK)
  private readonly keys = new Float64Array(BLOCK)

  /** The reader of the log notifies the key of nodes that join. */
  constructor(key: NodeKey) {
    this.key = key
  }

  best(podClass: PodClassId, view: ClusterView): NodeId {
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
        // Last, so that it runs only for nodes that would win: the check of selectors, taints, devices and named resources is a call.
        if (!(keys[i] < smallest) || !view.feasible(podClass, rows[i])) continue
        best = rows[i]
        smallest = keys[i]
      }
    }
    return best
  }
}

/** Writes the feasible nodes that share the smallest key to `into`, in order of their rows, and returns their number. */
export class TiedScan {
  private readonly key: NodeKey
  private readonly row = new Int32Array(1)
  private readonly value = new Float64Array(1)

  constructor(key: NodeKey) {
    this.key = key
  }

  tied(podClass: PodClassId, view: ClusterView, into: Int32Array): number {
    const { row, value } = this
    let found = 0
    let smallest = Infinity
    for (let node = 0; node < view.nodes.count; node++) {
      if (!view.feasible(podClass, node)) continue
      row[0] = node
      this.key.write(podClass, view, row, 1, value)
      if (value[0] > smallest) continue
      if (value[0] < smallest) found = 0
      smallest = value[0]
      into[found++] = node
    }
    return found
  }
}

/** The feasible node of the lowest row that is at least `from` and below `end`, or NONE. */
export function firstFeasible(podClass: PodClassId, view: ClusterView, from: number, end: number): NodeId {
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
  best(podClass: PodClassId, view: ClusterView): NodeId {
    return firstFeasible(podClass, view, 0, view.nodes.count)
  }
}

/** The row of the k-th feasible node, k from 0; the number of feasible nodes when it is at most k. */
export function feasibleRow(podClass: PodClassId, k: number, view: ClusterView): NodeId {
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

/** The twin of an algorithm with a key. It counts every Ready node as examined. */
export class KeyScanPlacer implements Placer {
  examined = 0
  private readonly changes: NodeChanges
  private readonly scan: KeyScan

  constructor(key: NodeKey) {
    this.changes = new NodeChanges(key)
    this.scan = new KeyScan(key)
  }

  place(pod: PodId, view: ClusterView): NodeId {
    this.changes.follow(view)
    this.examined = view.nodes.ready
    return this.scan.best(view.pods.podClass[pod], view)
  }
}
