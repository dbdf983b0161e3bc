/** First fit: the feasible node of the lowest row. */
import { NONE } from '../../common/ids.ts'
import type { NodeId, PodId } from '../../common/ids.ts'
import type { ClusterView } from '../../cluster/views.ts'
import { defineScheduler } from '../define.ts'
import type { Placer } from '../policy.ts'
import { NodeChanges } from '../search/changes.ts'
import { FirstRow } from '../search/first-row.ts'
import { FirstScan } from '../search/scan.ts'

export const firstFit = defineScheduler({
  name: 'first-fit',
  summary: 'the feasible node of the lowest row, which is the node that joined first; ties cannot occur',
  source: 'Johnson, Demers, Ullman, Garey, Graham 1974, Worst-case performance bounds for simple one-dimensional packing algorithms',
  fidelity: 'faithful',
  parameters: {},
  create: () => new FirstFitIndex(),
  twin: () => new FirstFitScan(),
})

class FirstFitIndex implements Placer {
  examined = 0
  private readonly changes = new NodeChanges()
  private readonly first = new FirstRow(this.changes)

  place(pod: PodId, view: ClusterView): NodeId {
    this.changes.follow(view)
    const row = this.first.best(view.pods.podClass[pod], view)
    this.examined = examinedUpTo(row, view)
    return row
  }
}

class FirstFitScan implements Placer {
  examined = 0
  private readonly scan = new FirstScan()

  place(pod: PodId, view: ClusterView): NodeId {
    const row = this.scan.best(view.pods.podClass[pod], view)
    this.examined = examinedUpTo(row, view)
    return row
  }
}

/** The algorithm stops at the first node that fits, so it has examined the rows up to that one; rows of removed nodes are not counted. */
function examinedUpTo(row: NodeId, view: ClusterView): number {
  return row === NONE ? view.nodes.ready : Math.min(row + 1, view.nodes.ready)
}
