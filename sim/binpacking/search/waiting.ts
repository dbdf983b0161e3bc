/** The pods of a round that are not yet placed, by class: how many, and how large. */
import type { Measure } from './measure.ts'
import type { PackingProblem } from '../policy.ts'

export class Waiting {
  /** Classes of the round, in order of their first pods. */
  readonly classes: readonly number[]
  /** The same, largest first (ties: the class whose first pod came earlier). */
  readonly bySize: readonly number[]
  /** By class: pods that wait, and their size. */
  readonly countOf: Int32Array
  readonly sizeOf: Float64Array
  /** Pods that no one has judged yet: neither placed nor left over. */
  total: number

  /** @param classes as `classesOf` gives them; the measure has been reset to them */
  constructor(problem: PackingProblem, measure: Measure, classes: readonly number[]) {
    const { items, podClass } = problem
    this.classes = classes
    this.total = items
    this.countOf = new Int32Array(problem.classes.count)
    for (let item = 0; item < items; item++) this.countOf[podClass[item]]++
    const sizeOf = new Float64Array(problem.classes.count)
    for (const row of classes) sizeOf[row] = measure.size(row)
    this.sizeOf = sizeOf
    // A stable sort.
    this.bySize = [...classes].sort((a, b) => sizeOf[b] - sizeOf[a])
  }

  placed(podClass: number, count: number): void {
    this.countOf[podClass] -= count
    this.total -= count
  }
}

/** Classes of the items, each once, in order of appearance. */
export function classesOf(problem: PackingProblem): number[] {
  const seen = new Uint8Array(problem.classes.count)
  const classes: number[] = []
  for (let item = 0; item < problem.items; item++) {
    const podClass = problem.podClass[item]
    if (seen[podClass] === 1) continue
    seen[podClass] = 1
    classes.push(podClass)
  }
  return classes
}
