/** The feasible node of the lowest row: by a scan while that ends early, otherwise by candidate bits. */
import { NONE } from '../../common/ids.ts'
import type { NodeId, PodClassId } from '../../common/ids.ts'
import type { ClusterView } from '../../cluster/views.ts'
import { CandidateBits } from './candidate-bits.ts'
import type { NodeChanges } from './changes.ts'
import { FirstScan } from './scan.ts'

/** Rows that a scan passes in the time that it takes to read one change. */
const ROWS_PER_CHANGE = 4

/** After a scan of fewer rows the bits are not set: that would cost more than the scan. */
const SHORT = 256

export class FirstRow {
  private readonly changes: NodeChanges
  private readonly bits: (CandidateBits | undefined)[] = [] // [class]
  /** Rows that a scan would have passed for the last answer of the class. */
  private readonly depth: number[] = [] // [class]
  private readonly scan = new FirstScan()

  constructor(changes: NodeChanges) {
    this.changes = changes
  }

  /** The lowest feasible row, or NONE. `changes` must have followed the view. */
  best(podClass: PodClassId, view: ClusterView): NodeId {
    const bits = (this.bits[podClass] ??= new CandidateBits())
    const count = view.nodes.count
    let row: NodeId
    if (bits.behind(count, this.changes) <= (this.depth[podClass] ?? 0) / ROWS_PER_CHANGE) {
      bits.follow(this.changes)
      row = bits.next(0, podClass, view)
    } else {
      row = this.scan.best(podClass, view)
      const passed = row === NONE ? count : row
      if (passed >= SHORT) bits.reset(passed, count, this.changes)
    }
    this.depth[podClass] = row === NONE ? count : row + 1
    return row
  }
}
