/**
 * The backends that a balancer knows, as columns by slot. `BackendSet` is what all balancers of a service know alike: presence and weight.
 * `Flights` is what one of them knows alone: the requests that it sent and that have not ended. `Slots` is both in one table.
 */
import { NONE } from '../../common/ids.ts'
import type { SlotId } from '../../common/ids.ts'
import { ColumnTable } from '../../common/table.ts'

/** Largest weight: the credit that a weight gains in 9 * 10^9 picks, and a count in flight times a weight, stay below 2^53. */
export const MAX_WEIGHT = 1_000_000

/** Length of a slot column at first. */
export const INITIAL_SLOTS = 16

/** The smallest length doubled from `length` that has an index `slot`. */
export function lengthFor(slot: SlotId, length: number): number {
  let longer = length
  while (longer <= slot) longer *= 2
  return longer
}

/** A row per slot. Adding, removing and reading are O(1); nothing is allocated per pick. */
export class BackendSet extends ColumnTable {
  /** Backends present. */
  count = 0
  readonly weight = this.column(Int32Array)
  /** The present slots at indices 0 .. count-1, in no particular order: the last one fills the gap of a removed one. */
  private readonly dense = this.column(Int32Array)
  /** Index of the slot in `dense`. */
  private readonly index = this.column(Int32Array, NONE)

  constructor() {
    super(INITIAL_SLOTS)
  }

  /** @throws RangeError for a slot or a weight out of range, Error when the slot is present */
  add(slot: SlotId, weight: number): void {
    if (!Number.isInteger(slot) || slot < 0) throw new RangeError(`slot of a backend: ${slot}; accepted are whole numbers from 0`)
    if (!Number.isInteger(weight) || weight < 1 || weight > MAX_WEIGHT) {
      throw new RangeError(`weight of backend ${slot}: ${weight}; accepted are whole numbers from 1 to ${MAX_WEIGHT}`)
    }
    if (this.has(slot)) throw new Error(`backend added twice: slot ${slot}`)
    this.reserve(slot + 1)
    this.weight[slot] = weight
    this.dense[this.count] = slot
    this.index[slot] = this.count++
  }

  /** @throws Error when the slot is not present */
  remove(slot: SlotId): void {
    if (!this.has(slot)) throw new Error(`backend removed that is not present: slot ${slot}`)
    const gap = this.index[slot]
    const last = this.dense[--this.count]
    this.dense[gap] = last
    this.index[last] = gap
    this.index[slot] = NONE
  }

  /** The last present slot takes the index of this one, which becomes the last. */
  moveToEnd(slot: SlotId): void {
    const gap = this.index[slot]
    const last = this.dense[this.count - 1]
    this.dense[gap] = last
    this.index[last] = gap
    this.dense[this.count - 1] = slot
    this.index[slot] = this.count - 1
  }

  /** The present slots, lowest first, in an array of their own. */
  inOrder(): Int32Array {
    return this.dense.slice(0, this.count).sort()
  }

  /** Rows for which there are places. */
  get rows(): number {
    return this.reserved
  }

  has(slot: SlotId): boolean {
    return slot >= 0 && slot < this.index.length && this.index[slot] !== NONE
  }

  /** Whether a pick must avoid `exclude`: only when it is present and not the only backend. */
  passesOver(exclude: SlotId): boolean {
    return exclude >= 0 && this.count > 1 && this.has(exclude)
  }

  /** How many backends a pick may choose from. */
  candidates(exclude: SlotId): number {
    return this.passesOver(exclude) ? this.count - 1 : this.count
  }

  /**
   * The i-th of `candidates` backends, i from 0. Index `candidates`, which i never reaches, holds the last backend; it is returned where the excluded one would
   * be. That costs one comparison.
   */
  candidate(i: number, exclude: SlotId, candidates: number): SlotId {
    const slot = this.dense[i]
    return slot === exclude && candidates < this.count ? this.dense[candidates] : slot
  }
}

/** Requests in flight by slot. The column has places for no slot until `reserve`, so that a balancer that sends nothing holds nothing. */
export class Flights extends ColumnTable {
  /** Requests picked here that have not ended; 0 where there is no backend. */
  readonly inFlight = this.column(Int32Array)

  constructor() {
    super(0)
  }

  sent(slot: SlotId): void {
    this.inFlight[slot]++
  }

  /** False when the request is no longer counted, because its backend was removed in the meantime. */
  ended(slot: SlotId): boolean {
    if (slot < 0 || slot >= this.inFlight.length || this.inFlight[slot] === 0) return false
    this.inFlight[slot]--
    return true
  }

  /** The backend of the slot was removed. */
  forget(slot: SlotId): void {
    if (slot < this.inFlight.length) this.inFlight[slot] = 0
  }
}

/** The backends and the requests in flight of one balancer. */
export class Slots extends BackendSet {
  /** Requests picked here that have not ended; 0 where there is no backend. */
  readonly inFlight = this.column(Int32Array)

  override remove(slot: SlotId): void {
    super.remove(slot)
    this.inFlight[slot] = 0
  }

  sent(slot: SlotId): void {
    this.inFlight[slot]++
  }

  /** False when the request is no longer counted, because its backend was removed in the meantime. */
  ended(slot: SlotId): boolean {
    if (!this.has(slot) || this.inFlight[slot] === 0) return false
    this.inFlight[slot]--
    return true
  }
}
