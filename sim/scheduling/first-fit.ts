/** First fit: the feasible node of the lowest row. */
import { define } from '../define.ts'
import { NONE } from '../cluster/views.ts'
import type { ClusterView } from '../cluster/views.ts'
import { NodeChanges } from './changes.ts'
import { FitTrees, fitting, fittingAt } from './fit-trees.ts'
import type { Placer, SchedulingContext } from './policy.ts'
import { FirstScan } from './scan.ts'

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

/** A scan ends early, so it is a rival for as long as the class's last answer lay near the front. */
class FirstFitIndex implements Placer {
  examined = 0
  private readonly changes = new NodeChanges()
  private readonly trees = new FitTrees(this.changes)
  private readonly scan = new FirstScan()
  /** Rows that the scan would have passed for the class's last answer. */
  private readonly depth: number[] = []

  place(pod: number, view: ClusterView): number {
    this.changes.follow(view)
    const podClass = view.pods.podClass[pod]
    const row = this.best(podClass, view)
    this.depth[podClass] = row === NONE ? view.nodes.count : row + 1
    this.examined = examinedUpTo(row, view)
    return row
  }

  private best(podClass: number, view: ClusterView): number {
    const tree = this.trees.of(podClass, view, this.depth[podClass] ?? 0)
    if (tree === undefined) return this.scan.best(podClass, view)
    return fitting(tree) === 0 ? NONE : fittingAt(tree, 0)
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
