/**
 * The backends that a balancer knows, as columns by slot: which are present, their weight, and the requests sent from here that
 * have not ended. Adding, removing and asking are O(1), nothing is allocated per pick.
 */
import { grown } from '../../common/table.ts'

/** Largest weight: what a weight gains in 9 * 10^9 picks, and a count in flight times a weight, stay below 2^53. */
export const MAX_WEIGHT = 1_000_000

/** The next doubled length that has a place for `slot`. */
export function roomFor(slot: number, length: number): number {
  let longer = length
  while (longer <= slot) longer *= 2
  return longer
}

const ABSENT = -1

export class Slots {
  /** Backends present. */
  count = 0
  weight = new Int32Array(16)
  /** Requests picked here and not ended; 0 where no backend is. */
  inFlight = new Int32Array(16)
  /** The present slots in places 0 .. count-1, in no particular order: the last one moves into the gap of a removed one. */
  private dense = new Int32Array(16)
  private place = new Int32Array(16).fill(ABSENT)

  add(slot: number, weight: number): void {
    if (!Number.isInteger(slot) || slot < 0) throw new RangeError(`slot of a backend: ${slot}; accepted are whole numbers from 0`)
    if (!Number.isInteger(weight) || weight < 1 || weight > MAX_WEIGHT) {
      throw new RangeError(`weight of backend ${slot}: ${weight}; accepted are whole numbers from 1 to ${MAX_WEIGHT}`)
    }
    if (this.has(slot)) throw new Error(`backend added twice: slot ${slot}`)
    if (slot >= this.place.length) this.grow(slot)
    this.weight[slot] = weight
    this.dense[this.count] = slot
    this.place[slot] = this.count++
  }

  remove(slot: number): void {
    if (!this.has(slot)) throw new Error(`backend removed that is not there: slot ${slot}`)
    const gap = this.place[slot]
    const last = this.dense[--this.count]
    this.dense[gap] = last
    this.place[last] = gap
    this.place[slot] = ABSENT
    this.inFlight[slot] = 0
  }

  has(slot: number): boolean {
    return slot >= 0 && slot < this.place.length && this.place[slot] !== ABSENT
  }

  /** Must the pick pass over `exclude`? Only when it is present and not alone. */
  passesOver(exclude: number): boolean {
    return exclude >= 0 && this.count > 1 && this.has(exclude)
  }

  /** How many backends a pick may choose from. */
  candidates(exclude: number): number {
    return this.passesOver(exclude) ? this.count - 1 : this.count
  }

  /**
   * The i-th of `candidates` backends. Plainly one would find where the excluded one stands and step over it; standing in the last
   * one for it, which i never reaches, takes one comparison.
   */
  candidate(i: number, exclude: number, candidates: number): number {
    const slot = this.dense[i]
    return slot === exclude && candidates < this.count ? this.dense[candidates] : slot
  }

  sent(slot: number): void {
    this.inFlight[slot]++
  }

  /** False when the request is not counted any more, because its backend was removed meanwhile. */
  ended(slot: number): boolean {
    if (!this.has(slot) || this.inFlight[slot] === 0) return false
    this.inFlight[slot]--
    return true
  }

  private grow(slot: number): void {
    const length = roomFor(slot, this.place.length)
    this.weight = grown(this.weight, length)
    this.inFlight = grown(this.inFlight, length)
    this.dense = grown(this.dense, length)
    this.place = grown(this.place, length, ABSENT)
  }
}
