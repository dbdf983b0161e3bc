/** The feasible node of the lowest row: by a scan while that ends early, else by hopeful bits. */
import { NONE } from '../../cluster/views.ts'
import type { ClusterView } from '../../cluster/views.ts'
import type { NodeChanges } from './changes.ts'
import { HopefulBits } from './hopeful-bits.ts'
import { FirstScan } from './scan.ts'

/** Rows that the scan passes in the time in which one change is read. */
const ROWS_PER_CHANGE = 4

/** A scan that ends earlier than this leaves the bits alone: setting them would cost more than it. */
const SHORT = 256

export class FirstBits {
  private readonly changes: NodeChanges
  private readonly bits: (HopefulBits | undefined)[] = [] // [class]
  /** Rows that a scan would have passed for the class's last answer. */
  private readonly depth: number[] = [] // [class]
  private readonly scan = new FirstScan()

  constructor(changes: NodeChanges) {
    this.changes = changes
  }

  /** The lowest feasible row, or NONE. `changes` must have followed the view. */
  best(podClass: number, view: ClusterView): number {
    const bits = (this.bits[podClass] ??= new HopefulBits())
    const count = view.nodes.count
    let row: number
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
