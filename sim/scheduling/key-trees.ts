/** The node of the smallest key, from a tournament per pod class; the same answers as the scan it is given. */
import { NONE } from '../cluster/views.ts'
import type { ClusterView } from '../cluster/views.ts'
import { NodeChanges } from './changes.ts'
import { ClassIndex } from './class-index.ts'
import type { ClassTree } from './class-index.ts'
import type { Placer } from './policy.ts'
import { KeyScan } from './scan.ts'
import { MIB_PER_BYTE, NodeWeights } from './weights.ts'
import type { Weighing } from './weights.ts'

/**
 * Each entry is the smaller of its two children's keys, Infinity where the class does not fit. Plainly an entry would name the
 * winning node; with the key itself the two rivals lie side by side in memory and most changes end after two or three levels,
 * because the smaller key above did not move. The winner is found by walking down once, left first: the lowest row on ties.
 */
export class KeyTrees extends ClassIndex<Float64Array> {
  private readonly weights: NodeWeights

  constructor(changes: NodeChanges, weights: NodeWeights) {
    super(changes)
    this.weights = weights
  }

  /** The row of the smallest key, NONE when nothing is feasible, undefined when the caller's other way, as costly as a scan of `rows` rows, is cheaper. */
  best(podClass: number, view: ClusterView, rows: number): number | undefined {
    const tree = this.current(podClass, view, rows)
    return tree === undefined ? undefined : lowestRowOfSmallest(tree)
  }

  protected override empty(length: number): Float64Array {
    return new Float64Array(length)
  }

  protected override build(tree: ClassTree<Float64Array>, podClass: number, view: ClusterView): void {
    const { entries, leaves } = tree
    const count = view.nodes.count
    this.set(entries, leaves, podClass, view, undefined, count)
    entries.fill(Infinity, leaves + count)
    for (let at = leaves - 1; at > 0; at--) {
      const left = entries[2 * at]
      const right = entries[2 * at + 1]
      entries[at] = right < left ? right : left
    }
  }

  protected override replay(tree: ClassTree<Float64Array>, podClass: number, view: ClusterView, rows: Int32Array, count: number): void {
    this.set(tree.entries, tree.leaves, podClass, view, rows, count)
  }

  /** Computes the keys of `rows` (undefined: of all rows, without what is above them). */
  private set(entries: Float64Array, leaves: number, podClass: number, view: ClusterView, rows: Int32Array | undefined, count: number): void {
    const { freeCpu, freeMemory } = view.nodes
    const cpuWeight = this.weights.cpu
    const memoryWeight = this.weights.memory
    const cpu = view.classes.cpu[podClass]
    const memory = view.classes.memory[podClass]
    const mebibytes = Math.ceil(memory * MIB_PER_BYTE)
    for (let i = 0; i < count; i++) {
      const row = rows === undefined ? i : rows[i]
      const fits = freeCpu[row] >= cpu && freeMemory[row] >= memory && view.feasible(podClass, row)
      const key = fits
        ? cpuWeight[row] * (freeCpu[row] - cpu) + memoryWeight[row] * (Math.floor(freeMemory[row] * MIB_PER_BYTE) - mebibytes)
        : Infinity
      if (rows === undefined) entries[leaves + row] = key
      else raise(entries, leaves + row, key)
    }
  }
}

/** Sets a leaf, and what is above it as far as something changes. */
export function raise(entries: Float64Array, leaf: number, key: number): void {
  if (entries[leaf] === key) return
  entries[leaf] = key
  let smallest = key
  for (let at = leaf; at > 1; ) {
    const sibling = entries[at ^ 1]
    if (sibling < smallest) smallest = sibling
    at >>= 1
    if (entries[at] === smallest) return
    entries[at] = smallest
  }
}

function lowestRowOfSmallest({ entries, leaves }: ClassTree<Float64Array>): number {
  const smallest = entries[1]
  if (smallest === Infinity) return NONE
  let at = 1
  while (at < leaves) at = entries[2 * at] === smallest ? 2 * at : 2 * at + 1
  return at - leaves
}

/** The indexed placer of an algorithm that has a key. */
export class KeyPlacer implements Placer {
  examined = 0
  private readonly changes: NodeChanges
  private readonly trees: KeyTrees
  private readonly scan: KeyScan

  constructor(weighing: Weighing) {
    const weights = new NodeWeights(weighing)
    this.changes = new NodeChanges(weights)
    this.trees = new KeyTrees(this.changes, weights)
    this.scan = new KeyScan(weights)
  }

  place(pod: number, view: ClusterView): number {
    this.changes.follow(view)
    this.examined = view.nodes.ready
    const podClass = view.pods.podClass[pod]
    return this.trees.best(podClass, view, view.nodes.count) ?? this.scan.best(podClass, view)
  }
}
