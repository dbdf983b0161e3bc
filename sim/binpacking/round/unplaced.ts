/** The pods of a round that have no bin yet, by class: how many there are, and their size. */
import type { PodClassId } from '../../common/ids.ts'
import type { Measure } from './measure.ts'
import type { PackingProblem } from '../policy.ts'

export class Unplaced {
  /** Classes of the round, in order of their first pods. */
  readonly classes: readonly PodClassId[]
  /** The same classes, largest first (ties: the class whose first pod is earlier). */
  readonly bySize: readonly PodClassId[]
  /** By class: unplaced pods. */
  readonly countOf: Int32Array
  /** By class: the size of one pod. */
  readonly sizeOf: Float64Array
  /** Pods that are neither placed nor counted as left over. */
  total: number

  /** @param measure reset to the classes @param classes as `classesOf` returns them */
  constructor(problem: PackingProblem, measure: Measure, classes: readonly PodClassId[]) {
    const { items, podClass } = problem
    this.classes = classes
    this.total = items
    this.countOf = new Int32Array(problem.classes.count)
    for (let item = 0; item < items; item++) this.countOf[podClass[item]]++
    const sizeOf = new Float64Array(problem.classes.count)
    for (const row of classes) sizeOf[row] = measure.size(row)
    this.sizeOf = sizeOf
    // The sort is stable, which is the tie rule.
    this.bySize = [...classes].sort((a, b) => sizeOf[b] - sizeOf[a])
  }

  /** Counts `count` pods of the class as placed. */
  placed(podClass: PodClassId, count: number): void {
    this.countOf[podClass] -= count
    this.total -= count
  }
}

/** Classes of the items, each once, in order of their first items. */
export function classesOf(problem: PackingProblem): PodClassId[] {
  const seen = new Uint8Array(problem.classes.count)
  const classes: PodClassId[] = []
  for (let item = 0; item < problem.items; item++) {
    const podClass = problem.podClass[item]
    if (seen[podClass] === 1) continue
    seen[podClass] = 1
    classes.push(podClass)
  }
  return classes
}
