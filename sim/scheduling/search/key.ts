/**
 * What a node is worth to a pod class, as one number: the smallest wins, the lowest row on ties. Whatever depends on nothing but the
 * class and the node as it is now has such a key, and gets scan, index and declared work from it (scan.ts, key-trees.ts).
 */
import type { ClusterView } from '../../cluster/views.ts'

export interface NodeKey {
  /** A node joined in this row; what depends on its capacity alone may be worked out here. */
  set(row: number, view: ClusterView): void
  /**
   * Writes the key of node rows[i] for the class to out[i], for i below `count`; a finite number, and the same for the same state of the
   * node. Asked only where cpu and memory suffice. Many rows a call, because a function that returns one float for each would
   * put it on the heap.
   */
  write(podClass: number, view: ClusterView, rows: Int32Array, count: number, out: Float64Array): void
}

/** Most rows that are passed to `write` at once. */
export const BLOCK = 256
