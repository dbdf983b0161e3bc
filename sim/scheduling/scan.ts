/** The slow, obvious twins: every node is looked at for every pod. The oracle of the tests, and what an index falls back on. */
import { NONE } from '../cluster/views.ts'
import type { ClusterView } from '../cluster/views.ts'
import { NodeChanges } from './changes.ts'
import type { Placer } from './policy.ts'
import { MIB_PER_BYTE, NodeWeights } from './weights.ts'
import type { Weighing } from './weights.ts'

/** Finds a pod class's node by looking at the rows one after the other. */
export interface Scan {
  best(podClass: number, view: ClusterView): number
}

/** The feasible node of the smallest key (weights.ts), the lowest row on ties. */
export class KeyScan implements Scan {
  private readonly weights: NodeWeights

  /** The weights are kept up to date by whoever reads the log. */
  constructor(weights: NodeWeights) {
    this.weights = weights
  }

  best(podClass: number, view: ClusterView): number {
    const { freeCpu, freeMemory, count } = view.nodes
    const cpuWeight = this.weights.cpu
    const memoryWeight = this.weights.memory
    const cpu = view.classes.cpu[podClass]
    const memory = view.classes.memory[podClass]
    const mebibytes = Math.ceil(memory * MIB_PER_BYTE)
    let best = NONE
    let smallest = Infinity
    for (let row = 0; row < count; row++) {
      if (freeCpu[row] < cpu || freeMemory[row] < memory) continue
      const key = cpuWeight[row] * (freeCpu[row] - cpu) + memoryWeight[row] * (Math.floor(freeMemory[row] * MIB_PER_BYTE) - mebibytes)
      // Asked last, and so only of nodes that would win: selectors, taints, devices and named resources cost a call.
      if (key < smallest && view.feasible(podClass, row)) {
        best = row
        smallest = key
      }
    }
    return best
  }
}

/** The feasible node of the lowest row. */
export class FirstScan implements Scan {
  best(podClass: number, view: ClusterView): number {
    const { freeCpu, freeMemory, count } = view.nodes
    const cpu = view.classes.cpu[podClass]
    const memory = view.classes.memory[podClass]
    for (let row = 0; row < count; row++) {
      if (freeCpu[row] >= cpu && freeMemory[row] >= memory && view.feasible(podClass, row)) return row
    }
    return NONE
  }
}

/** The twin of an algorithm that has a key. It declares every Ready node as examined. */
export class KeyScanPlacer implements Placer {
  examined = 0
  private readonly changes: NodeChanges
  private readonly scan: KeyScan

  constructor(weighing: Weighing) {
    const weights = new NodeWeights(weighing)
    this.changes = new NodeChanges(weights)
    this.scan = new KeyScan(weights)
  }

  place(pod: number, view: ClusterView): number {
    this.changes.follow(view)
    this.examined = view.nodes.ready
    return this.scan.best(view.pods.podClass[pod], view)
  }
}
