/** Random: every feasible node with the same chance. */
import { define } from '../../common/define.ts'
import { NONE } from '../../cluster/views.ts'
import type { ClusterView } from '../../cluster/views.ts'
import type { RandomStream } from '../../random/stream.ts'
import { NodeChanges } from '../search/changes.ts'
import { FeasibleRows } from '../search/feasible-rows.ts'
import type { Placer, SchedulingContext } from '../policy.ts'
import { feasibleRow } from '../search/scan.ts'

/** Counts the feasible nodes, draws a number below that, and counts again up to it. One draw for a pod that fits, none for one that does not. */
class RandomScan implements Placer {
  examined = 0
  private readonly random: RandomStream

  constructor(random: RandomStream) {
    this.random = random
  }

  place(pod: number, view: ClusterView): number {
    this.examined = view.nodes.ready
    const podClass = view.pods.podClass[pod]
    const feasible = feasibleRow(podClass, Infinity, view)
    return feasible === 0 ? NONE : feasibleRow(podClass, this.random.int(feasible), view)
  }
}

class RandomIndex implements Placer {
  examined = 0
  private readonly random: RandomStream
  private readonly changes = new NodeChanges()
  private readonly feasible = new FeasibleRows(this.changes)

  constructor(random: RandomStream) {
    this.random = random
  }

  place(pod: number, view: ClusterView): number {
    this.changes.follow(view)
    this.examined = view.nodes.ready
    const podClass = view.pods.podClass[pod]
    const feasible = this.feasible.count(podClass, view)
    return feasible === 0 ? NONE : this.feasible.at(podClass, this.random.int(feasible), view)
  }
}

export const random = {
  ...define<Placer, SchedulingContext, Record<never, never>>({
    name: 'random',
    summary: 'every feasible node with the same chance, by one draw a pod; there are no ties',
    source: 'the baseline of placement studies, as in Weng et al. 2023, Beware of Fragmentation (USENIX ATC)',
    fidelity: 'faithful',
    parameters: {},
    create: (_values, context) => new RandomIndex(context.random),
  }),
  remembers: true,
  twin: (_values: never, context: SchedulingContext): Placer => new RandomScan(context.random),
}
