/** The narrow door: a user says how good a node is for a pod, the framework walks over the feasible nodes. */
import { NONE } from '../cluster/views.ts'
import type { ClusterView } from '../cluster/views.ts'
import type { Placer, Score } from './policy.ts'

/** The feasible node of the highest score, the lowest row on ties. Looks at every node for every pod: a score may depend on anything. */
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

  place(pod: number, view: ClusterView): number {
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
      const value: unknown = score(pod, row, view, values) // a user's file: no compiler has seen it
      if (typeof value !== 'number' || Number.isNaN(value)) this.complain(value, pod, row)
      if (value > highest || best === NONE) {
        best = row
        highest = value
      }
    }
    return best
  }

  private complain(value: unknown, pod: number, node: number): never {
    const found = typeof value === 'number' ? String(value) : typeof value
    throw new Error(`${this.name}: the score of node ${node} for pod ${pod} must be a number, found ${found}`)
  }
}

/** A placer from a score, for those who write a definition by hand. */
export function byScore(score: Score, name = 'byScore', values: Readonly<Record<string, unknown>> = {}): Placer {
  return new ScorePlacer(name, score, values)
}
