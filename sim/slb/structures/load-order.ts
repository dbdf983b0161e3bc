/** The order of backends by load that a policy of fewest requests in flight keeps. */
import type { SlotId } from '../../common/ids.ts'

/** Backends in order of load. The caller keeps the counts, and has already changed them when it calls `more` and `fewer` with them. */
export interface LoadOrder {
  /** With no request in flight. */
  add(slot: SlotId): void
  remove(slot: SlotId, count: number): void
  more(slot: SlotId, count: number): void
  fewer(slot: SlotId, count: number): void
  /** The least loaded but `exclude`. There must be one. */
  first(exclude: SlotId): SlotId
}
