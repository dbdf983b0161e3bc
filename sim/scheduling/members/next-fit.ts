/** Next fit: the first feasible node from a pointer on, round and round. */
import { define } from '../../common/define.ts'
import type { Values } from '../../common/define.ts'
import { NONE } from '../../cluster/views.ts'
import type { ClusterView } from '../../cluster/views.ts'
import { NodeChanges } from '../search/changes.ts'
import { HopefulBits } from '../search/hopeful-bits.ts'
import type { Placer, SchedulingContext } from '../policy.ts'
import { firstFeasible } from '../search/scan.ts'

const parameters = {
  advance: {
    kind: 'boolean',
    default: false,
    meaning: 'true: the next search starts behind the chosen node, which deals pods out in turn; false: at it, which fills it first',
  },
} as const

/**
 * Where the next search starts. Textbook next fit packs a list into bins that it opens one after the other and never looks at a closed one
 * again. Nodes of a cluster lose pods and take them again, so the row of nodes is a ring, as in the storage allocation of that
 * name (Knuth's roving pointer). A search that finds nothing leaves the pointer where it is.
 */
class Pointer {
  from = 0
  private readonly step: number

  constructor(advance: boolean) {
    this.step = advance ? 1 : 0
  }

  /** To behind or upon the chosen row. Returns the work: rows looked at, those whose node is gone cost nothing. */
  move(row: number, { nodes }: ClusterView): number {
    if (row === NONE) return nodes.ready
    const passed = row >= this.from ? row - this.from : nodes.count - this.from + row
    this.from = row + this.step
    return Math.min(passed + 1, nodes.ready)
  }

  /** Another, smaller cluster: from its beginning. */
  within(count: number): number {
    return this.from < count ? this.from : (this.from = 0)
  }
}

class NextFitScan implements Placer {
  examined = 0
  private readonly pointer: Pointer

  constructor(advance: boolean) {
    this.pointer = new Pointer(advance)
  }

  place(pod: number, view: ClusterView): number {
    const podClass = view.pods.podClass[pod]
    const { count } = view.nodes
    const from = this.pointer.within(count)
    let row = firstFeasible(podClass, view, from, count)
    if (row === NONE) row = firstFeasible(podClass, view, 0, from)
    this.examined = this.pointer.move(row, view)
    return row
  }
}

/** Rows that are looked at before the bits: mostly the pointer stands where there is room. */
const NEAR = 256

/** Placements in a row that were found near before the log is read no more. */
const QUIET = 64

/** Rows that are looked at in the time in which one change is read. */
const ROWS_PER_CHANGE = 2

class NextFitIndex implements Placer {
  examined = 0
  private readonly pointer: Pointer
  private readonly changes = new NodeChanges()
  private readonly bits: (HopefulBits | undefined)[] = [] // [class]
  /** Placements since the bits were asked. */
  private quiet = QUIET

  constructor(advance: boolean) {
    this.pointer = new Pointer(advance)
  }

  place(pod: number, view: ClusterView): number {
    const podClass = view.pods.podClass[pod]
    const { count } = view.nodes
    const from = this.pointer.within(count)
    const near = Math.min(from + NEAR, count)
    let row = firstFeasible(podClass, view, from, near)
    if (row === NONE) row = this.far(podClass, view, from, near)
    else if (this.quiet < QUIET && ++this.quiet === QUIET) this.changes.forget()
    else if (this.quiet < QUIET) this.changes.follow(view)
    this.examined = this.pointer.move(row, view)
    return row
  }

  /** From `near` on and round to before `from`. */
  private far(podClass: number, view: ClusterView, from: number, near: number): number {
    const { count } = view.nodes
    this.quiet = 0
    this.changes.follow(view)
    const bits = (this.bits[podClass] ??= new HopefulBits())
    // Idle hopes cost a look each, once; so when much was missed it is enough to hope for everything.
    if (bits.behind(count, this.changes) <= count / ROWS_PER_CHANGE) bits.follow(this.changes)
    else bits.reset(0, count, this.changes)
    const row = bits.next(near, podClass, view)
    if (row !== NONE) return row
    const round = bits.next(0, podClass, view)
    return round < from ? round : NONE
  }
}

export const nextFit = {
  ...define<Placer, SchedulingContext, typeof parameters>({
    name: 'next-fit',
    summary: 'the first feasible node from where the last pod was placed on, over all rows in a ring; there are no ties',
    source:
      'Johnson 1974, Fast Algorithms for Bin Packing (next fit); Knuth, The Art of Computer Programming 1, section 2.5 (roving pointer)',
    fidelity: 'faithful',
    parameters,
    create: ({ advance }) => new NextFitIndex(advance),
  }),
  remembers: true,
  twin: ({ advance }: Values<typeof parameters>): Placer => new NextFitScan(advance),
}
