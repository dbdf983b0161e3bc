/** Random: every feasible node with the same chance. */
import { define } from '../define.ts'
import { NONE } from '../cluster/views.ts'
import type { ClusterView } from '../cluster/views.ts'
import type { RandomStream } from '../random/stream.ts'
import { NodeChanges } from './changes.ts'
import { FitTrees, fitting, fittingAt } from './fit-trees.ts'
import type { Placer, SchedulingContext } from './policy.ts'

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

/** The row of the k-th feasible node; the number of feasible nodes when there are no more than k. */
function feasibleRow(podClass: number, k: number, view: ClusterView): number {
  const { freeCpu, freeMemory, count } = view.nodes
  const cpu = view.classes.cpu[podClass]
  const memory = view.classes.memory[podClass]
  let found = 0
  for (let row = 0; row < count; row++) {
    if (freeCpu[row] < cpu || freeMemory[row] < memory || !view.feasible(podClass, row)) continue
    if (found === k) return row
    found++
  }
  return found
}

/** Rows that the scan passes twice, asking each of them, in the time in which a tree takes in one change. */
const ROWS_PER_CHANGE = 2

class RandomIndex implements Placer {
  examined = 0
  private readonly random: RandomStream
  private readonly changes = new NodeChanges()
  private readonly trees = new FitTrees(this.changes)

  constructor(random: RandomStream) {
    this.random = random
  }

  place(pod: number, view: ClusterView): number {
    this.changes.follow(view)
    this.examined = view.nodes.ready
    const podClass = view.pods.podClass[pod]
    const tree = this.trees.of(podClass, view, view.nodes.count / ROWS_PER_CHANGE)
    const feasible = tree === undefined ? feasibleRow(podClass, Infinity, view) : fitting(tree)
    if (feasible === 0) return NONE
    const k = this.random.int(feasible)
    return tree === undefined ? feasibleRow(podClass, k, view) : fittingAt(tree, k)
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
