/**
 * Node keys: the rank of a node for a pod class as one number; the smallest wins, the lowest row on ties. Any preference that depends on
 * the class and the current state of the node alone can be written as a key, and gets a scan, an index and the examined count from it
 * (scan.ts, key-trees.ts).
 */
import type { NodeId, PodClassId } from '../../common/ids.ts'
import type { ClusterView } from '../../cluster/views.ts'

/** The preference of one algorithm. */
export interface NodeKey {
  /** Called when a node joins in this row; what depends on its capacity alone may be computed here. */
  set(row: NodeId, view: ClusterView): void
  /**
   * Writes the key of node rows[i] for the class to out[i], for i below `count`: a finite number, and the same for the same state of the
   * node. Called only for nodes with enough cpu and memory. It takes many rows per call, because V8 allocates a float that a function
   * returns on the heap.
   */
  write(podClass: PodClassId, view: ClusterView, rows: Int32Array, count: number, out: Float64Array): void
}

/** Maximum number of rows per call of `write`. */
export const BLOCK = 256

/** Places of a box of free capacity: the lowest and the highest free cpu [millicores] and free memory [bytes], all included. */
export const LOW_CPU = 0
export const HIGH_CPU = 1
export const LOW_MEMORY = 2
export const HIGH_MEMORY = 3

/** A key that can be bounded over many nodes at a time, for branch and bound (free-space-tree.ts). */
export interface BoundedKey extends NodeKey {
  /** Prepares `bound` for the class and for nodes with the capacities of this row. */
  aim(podClass: PodClassId, view: ClusterView, row: NodeId): void
  /**
   * Sets out[at] to at most the smallest key, as `write` computes it, rounding included, that a node aimed at can have while it can hold the
   * pod and its free cpu and memory lie in the box.
   */
  bound(box: Float64Array, out: Float64Array, at: number): void
}

/** Answer of a branch and bound when its limit of steps was reached before the end of the search. */
export const GAVE_UP = -2
