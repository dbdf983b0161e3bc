/** Which backend a key belongs to: the contract of the hash methods. */
import type { SlotId } from '../../common/ids.ts'

/** Key to slot. A backend is identified by its slot: a backend that gets the slot of another one gets its keys, as with HAProxy's server ids. */
export interface KeyMap {
  /** The slot has been added to the Slots of the balancer. */
  add(slot: SlotId, weight: number): void
  /** The slot has been removed from the Slots of the balancer. */
  remove(slot: SlotId, weight: number): void
  /** There is a backend other than `exclude`, which is NONE or present. */
  find(key: number, exclude: SlotId): SlotId
}
