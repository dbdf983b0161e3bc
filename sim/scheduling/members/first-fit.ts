/** First fit: the feasible node of the lowest row. */
import { define } from '../../common/define.ts'
import { NONE } from '../../cluster/views.ts'
import type { ClusterView } from '../../cluster/views.ts'
import { NodeChanges } from '../search/changes.ts'
import { FirstBits } from '../search/first-bits.ts'
import type { Placer, SchedulingContext } from '../policy.ts'
import { FirstScan } from '../search/scan.ts'

/** It stops at the first node that fits, so it has examined the rows up to that one; rows whose node is gone cost nothing. */
function examinedUpTo(row: number, view: ClusterView): number {
  return row === NONE ? view.nodes.ready : Math.min(row + 1, view.nodes.ready)
}

class FirstFitScan implements Placer {
  examined = 0
  private readonly scan = new FirstScan()

  place(pod: number, view: ClusterView): number {
    const row = this.scan.best(view.pods.podClass[pod], view)
    this.examined = examinedUpTo(row, view)
    return row
  }
}

class FirstFitIndex implements Placer {
  examined = 0
  private readonly changes = new NodeChanges()
  private readonly bits = new FirstBits(this.changes)

  place(pod: number, view: ClusterView): number {
    this.changes.follow(view)
    const row = this.bits.best(view.pods.podClass[pod], view)
    this.examined = examinedUpTo(row, view)
    return row
  }
}

export const firstFit = {
  ...define<Placer, SchedulingContext, Record<never, never>>({
    name: 'first-fit',
    summary: 'the feasible node of the lowest row, that is the one that joined first; there are no ties',
    source: 'Johnson, Demers, Ullman, Garey, Graham 1974, Worst-case performance bounds for simple one-dimensional packing algorithms',
    fidelity: 'faithful',
    parameters: {},
    create: () => new FirstFitIndex(),
  }),
  twin: () => new FirstFitScan(),
}
