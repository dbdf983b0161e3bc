/** A placer from a score function: the score rates a node for a pod, the placer compares all feasible nodes. */
import { NONE } from '../common/ids.ts'
import type { NodeId, PodId } from '../common/ids.ts'
import type { ClusterView } from '../cluster/views.ts'
import type { Placer, Score } from './policy.ts'

/** The feasible node with the highest score, the lowest row on ties. It looks at every node for every pod, as a score may depend on anything. */
export class ScorePlacer implements Placer {
  examined = 0
  private readonly name: string
  private readonly score: Score
  private readonly values: Readonly<Record<string, unknown>>

  constructor(name: string, score: Score, values: Readonly<Record<string, unknown>>) {
    this.name = name
    this.score = score
    this.values = values
  }

  place(pod: PodId, view: ClusterView): NodeId {
    const { freeCpu, freeMemory, count } = view.nodes
    const { score, values } = this
    const podClass = view.pods.podClass[pod]
    const cpu = view.classes.cpu[podClass]
    const memory = view.classes.memory[podClass]
    this.examined = view.nodes.ready
    let best = NONE
    let highest = -Infinity
    for (let row = 0; row < count; row++) {
      if (freeCpu[row] < cpu || freeMemory[row] < memory || !view.feasible(podClass, row)) continue
      const value: unknown = score(pod, row, view, values) // from a user's file, which is not type-checked
      if (typeof value !== 'number' || Number.isNaN(value)) this.refuse(value, pod, row)
      if (value > highest || best === NONE) {
        best = row
        highest = value
      }
    }
    return best
  }

  private refuse(value: unknown, pod: PodId, node: NodeId): never {
    const found = typeof value === 'number' ? String(value) : typeof value
    throw new Error(`${this.name}: the score of node ${node} for pod ${pod} must be a number, found ${found}`)
  }
}

/** A placer from a score function, for a hand-written definition; `name` is used in messages. */
export function byScore(score: Score, name = 'byScore', values: Readonly<Record<string, unknown>> = {}): Placer {
  return new ScorePlacer(name, score, values)
}
