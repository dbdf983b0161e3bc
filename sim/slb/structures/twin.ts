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
