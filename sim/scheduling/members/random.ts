/** Random: each feasible node with the same probability. */
import { NONE } from '../../common/ids.ts'
import type { NodeId, PodId } from '../../common/ids.ts'
import type { ClusterView } from '../../cluster/views.ts'
import type { RandomStream } from '../../random/stream.ts'
import { defineScheduler } from '../define.ts'
import type { Placer } from '../policy.ts'
import { NodeChanges } from '../search/changes.ts'
import { FeasibleRows } from '../search/feasible-rows.ts'
import { feasibleRow } from '../search/scan.ts'

export const random = defineScheduler({
  name: 'random',
  summary: 'each feasible node with the same probability, by one random draw per pod; ties cannot occur',
  source: 'the baseline of placement studies, as in Weng et al. 2023, Beware of Fragmentation (USENIX ATC)',
  fidelity: 'faithful',
  parameters: {},
  remembers: true,
  create: (_values, context) => new RandomIndex(context.random),
  twin: (_values, context) => new RandomScan(context.random),
})

class RandomIndex implements Placer {
  examined = 0
  private readonly random: RandomStream
  private readonly changes = new NodeChanges()
  private readonly feasible = new FeasibleRows(this.changes)

  constructor(random: RandomStream) {
    this.random = random
  }

  place(pod: PodId, view: ClusterView): NodeId {
    this.changes.follow(view)
    this.examined = view.nodes.ready
    const podClass = view.pods.podClass[pod]
    const feasible = this.feasible.count(podClass, view)
    return feasible === 0 ? NONE : this.feasible.at(podClass, this.random.int(feasible), view)
  }
}

/** Counts the feasible nodes, draws a number below the count, and scans again up to that node. No draw for a pod that fits nowhere. */
class RandomScan implements Placer {
  examined = 0
  private readonly random: RandomStream

  constructor(random: RandomStream) {
    this.random = random
  }

  place(pod: PodId, view: ClusterView): NodeId {
    this.examined = view.nodes.ready
    const podClass = view.pods.podClass[pod]
    const feasible = feasibleRow(podClass, Infinity, view)
    return feasible === 0 ? NONE : feasibleRow(podClass, this.random.int(feasible), view)
  }
}
