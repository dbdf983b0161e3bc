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
