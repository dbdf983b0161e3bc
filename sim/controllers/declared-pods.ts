/** What the sources of pods declare about the pods that they will send, for schedulers that plan with a typical mix. */
import type { PodShape } from '../cluster/spec.ts'
import type { PodClassId } from '../common/ids.ts'
import type { PodCount } from '../scheduling/policy.ts'

/** Where shapes become classes. */
interface Interning {
  internClass(shape: PodShape): PodClassId
}

export class DeclaredPods {
  private readonly shapes: PodShape[] = []
  private readonly numbers: number[] = []

  /** Adds the shapes of a source with their numbers, of which those that are 0 are left out. */
  add(shapes: readonly PodShape[], numbers: ArrayLike<number>): void {
    shapes.forEach((shape, i) => {
      if (!(numbers[i] > 0)) return
      this.shapes.push(shape)
      this.numbers.push(numbers[i])
    })
  }

  /** The declared pods by class, in the order in which their shapes were declared. Classes get their rows when a scheduler asks, so that other runs number them on arrival. */
  counts(cluster: Interning): readonly PodCount[] {
    const byClass = new Map<PodClassId, number>()
    this.shapes.forEach((shape, i) => {
      const podClass = cluster.internClass(shape)
      byClass.set(podClass, (byClass.get(podClass) ?? 0) + this.numbers[i])
    })
    return [...byClass].map(([podClass, count]) => ({ podClass, count }))
  }
}
