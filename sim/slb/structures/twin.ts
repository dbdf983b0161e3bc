/** Present backends as a plain array in order of addition: the base of the reference implementations (twins), which look at every backend at every pick. */
import type { SlotId } from '../../common/ids.ts'

/** A present backend; twins add what they count. */
export interface ListedBackend {
  readonly slot: SlotId
  readonly weight: number
}

/** The slow, obvious form of a member: the oracle of its test. */
export abstract class Twin<B extends ListedBackend = ListedBackend> {
  protected readonly backends: B[] = []

  removed(slot: SlotId): void {
    this.backends.splice(
      this.backends.findIndex((backend) => backend.slot === slot),
      1,
    )
  }

  protected find(slot: SlotId): B | undefined {
    return this.backends.find((backend) => backend.slot === slot)
  }

  /** The backends a pick may choose from: all but `exclude`, or it alone. */
  protected usable(exclude: SlotId): readonly B[] {
    const others = this.backends.filter((backend) => backend.slot !== exclude)
    return others.length > 0 ? others : this.backends
  }
}

/** Sum of the weights. */
export const sumOf = (backends: readonly ListedBackend[]): number => backends.reduce((sum, { weight }) => sum + weight, 0)

/** The slot of the backend whose part of the running sum of weights contains `point`, from 0 to below the sum. */
export function slotAt(backends: readonly ListedBackend[], point: number): SlotId {
  let left = point
  for (const { slot, weight } of backends) {
    if (left < weight) return slot
    left -= weight
  }
  throw new RangeError(`a point of ${point} is beyond the sum of the weights`)
}
