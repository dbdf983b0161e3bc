/** Next fit: the first feasible node at or after a pointer, over the rows as a ring. */
import { NONE } from '../../common/ids.ts'
import type { NodeId, PodClassId, PodId } from '../../common/ids.ts'
import type { ClusterView } from '../../cluster/views.ts'
import { defineScheduler } from '../define.ts'
import type { Placer } from '../policy.ts'
import { CandidateBits } from '../search/candidate-bits.ts'
import { NodeChanges } from '../search/changes.ts'
import { firstFeasible } from '../search/scan.ts'

const parameters = {
  advance: {
    kind: 'boolean',
    default: false,
    meaning:
      'true: the next search starts at the row after the chosen node, which gives pods to the nodes in turn; false: at the chosen node, which fills it first',
  },
} as const

export const nextFit = defineScheduler({
  name: 'next-fit',
  summary: 'the first feasible node from the node of the last placement on, over all rows as a ring; ties cannot occur',
  source:
    'Johnson 1974, Fast Algorithms for Bin Packing (next fit); Knuth, The Art of Computer Programming 1, section 2.5 (roving pointer)',
  fidelity: 'faithful',
  parameters,
  remembers: true,
  create: ({ advance }) => new NextFitIndex(advance),
  twin: ({ advance }) => new NextFitScan(advance),
})

/**
 * Where the next search starts. Textbook next fit opens one bin after the other and never returns to a closed bin. The nodes of a
 * cluster lose pods and can take others again, so the rows form a ring, as in the storage allocation algorithm of the same name
 * (Knuth's roving pointer). A search that finds nothing does not move the pointer.
 */
class Pointer {
  from = 0
  private readonly step: number

  constructor(advance: boolean) {
    this.step = advance ? 1 : 0
  }

  /** Moves the pointer to the chosen row, or to the row after it. Returns the number of nodes examined; rows of removed nodes are not counted. */
  move(row: NodeId, { nodes }: ClusterView): number {
    if (row === NONE) return nodes.ready
    const passed = row >= this.from ? row - this.from : nodes.count - this.from + row
    this.from = row + this.step
    return Math.min(passed + 1, nodes.ready)
  }

  /** The pointer, set to row 0 when the cluster has fewer rows. */
  within(count: number): number {
    return this.from < count ? this.from : (this.from = 0)
  }
}

/** Rows that are scanned before the bits are used: usually a node near the pointer fits. */
const NEAR = 256

/** Consecutive placements within `NEAR` rows after which the index stops reading the log. */
const QUIET = 64

/** Rows that a scan passes in the time that it takes to read one change. */
const ROWS_PER_CHANGE = 2

class NextFitIndex implements Placer {
  examined = 0
  private readonly pointer: Pointer
  private readonly changes = new NodeChanges()
  private readonly bits: (CandidateBits | undefined)[] = [] // [class]
  /** Placements since the bits were last used. */
  private quiet = QUIET

  constructor(advance: boolean) {
    this.pointer = new Pointer(advance)
  }

  place(pod: PodId, view: ClusterView): NodeId {
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

  /** Searches from `near` to the last row, then from row 0 to before `from`. */
  private far(podClass: PodClassId, view: ClusterView, from: number, near: number): NodeId {
    const { count } = view.nodes
    this.quiet = 0
    this.changes.follow(view)
    const bits = (this.bits[podClass] ??= new CandidateBits())
    // A candidate that does not fit costs one check, once; so after many unread changes it is cheaper to make every row a candidate.
    if (bits.behind(count, this.changes) <= count / ROWS_PER_CHANGE) bits.follow(this.changes)
    else bits.reset(0, count, this.changes)
    const row = bits.next(near, podClass, view)
    if (row !== NONE) return row
    const wrapped = bits.next(0, podClass, view)
    return wrapped < from ? wrapped : NONE
  }
}

class NextFitScan implements Placer {
  examined = 0
  private readonly pointer: Pointer

  constructor(advance: boolean) {
    this.pointer = new Pointer(advance)
  }

  place(pod: PodId, view: ClusterView): NodeId {
    const podClass = view.pods.podClass[pod]
    const { count } = view.nodes
    const from = this.pointer.within(count)
    let row = firstFeasible(podClass, view, from, count)
    if (row === NONE) row = firstFeasible(podClass, view, 0, from)
    this.examined = this.pointer.move(row, view)
    return row
  }
}
