/**
 * The answers to probes that a client keeps and uses for several requests (Prequal, section 4). A pool has a few entries, which are scanned.
 * Hot is an entry whose requests in flight are above a border; the best is the cold one with the least latency, or, when all are hot, the one
 * with the fewest requests in flight; the worst is the opposite.
 */
import type { SlotId, Time } from '../../../common/ids.ts'
import { NONE } from '../../../common/ids.ts'

export class ProbePool {
  count = 0
  /** Entries in no particular order. */
  readonly slot: Int32Array
  readonly rif: Int32Array
  readonly latency: Float64Array
  private readonly time: Float64Array
  private readonly uses: Float64Array
  private readonly capacity: number

  constructor(capacity: number) {
    this.capacity = capacity
    this.slot = new Int32Array(capacity)
    this.rif = new Int32Array(capacity)
    this.latency = new Float64Array(capacity)
    this.time = new Float64Array(capacity)
    this.uses = new Float64Array(capacity)
  }

  /** A newer answer of the same backend replaces its entry; in a full pool the oldest makes room. */
  add(slot: SlotId, rif: number, latency: Time, now: Time): void {
    let at = this.find(slot)
    if (at === NONE) at = this.count < this.capacity ? this.count++ : this.oldest()
    this.slot[at] = slot
    this.rif[at] = rif
    this.latency[at] = latency
    this.time[at] = now
    this.uses[at] = 0
  }

  find(slot: SlotId): number {
    for (let i = 0; i < this.count; i++) if (this.slot[i] === slot) return i
    return NONE
  }

  forget(slot: SlotId): void {
    const at = this.find(slot)
    if (at !== NONE) this.removeAt(at)
  }

  /** Drops entries that are older than `maxAge`. */
  expire(now: Time, maxAge: Time): void {
    for (let i = this.count - 1; i >= 0; i--) if (now - this.time[i] > maxAge) this.removeAt(i)
  }

  /** The entry to use, NONE when there is none but that of `exclude`. `avoid` says which backends count as hot whatever they answered. */
  best(border: number, exclude: SlotId, avoid: ((slot: SlotId) => boolean) | null): number {
    const { rif, latency, slot } = this
    let cold = NONE
    let hot = NONE
    let worst = NONE
    for (let i = 0; i < this.count; i++) {
      if (slot[i] === exclude) continue
      if (avoid !== null && avoid(slot[i])) worst = worst === NONE || rif[i] < rif[worst] ? i : worst
      else if (rif[i] > border) hot = hot === NONE || rif[i] < rif[hot] ? i : hot
      else cold = cold === NONE || latency[i] < latency[cold] || (latency[i] === latency[cold] && rif[i] < rif[cold]) ? i : cold
    }
    return cold !== NONE ? cold : hot !== NONE ? hot : worst
  }

  /** Counts a use of an entry, and drops it after `limit` uses. `compensate`: the request that is sent is added to its count. */
  use(at: number, limit: number, compensate: boolean): void {
    if (compensate) this.rif[at]++
    if (++this.uses[at] >= limit) this.removeAt(at)
  }

  removeOldest(): void {
    if (this.count > 0) this.removeAt(this.oldest())
  }

  /** The hot entry with the most requests in flight, else the one with the greatest latency. */
  removeWorst(border: number): void {
    if (this.count === 0) return
    const { rif, latency } = this
    let hot = NONE
    let slow = 0
    for (let i = 0; i < this.count; i++) {
      if (rif[i] > border && (hot === NONE || rif[i] > rif[hot])) hot = i
      if (latency[i] > latency[slow]) slow = i
    }
    this.removeAt(hot === NONE ? slow : hot)
  }

  clear(): void {
    this.count = 0
  }

  private oldest(): number {
    let oldest = 0
    for (let i = 1; i < this.count; i++) if (this.time[i] < this.time[oldest]) oldest = i
    return oldest
  }

  private removeAt(at: number): void {
    const last = --this.count
    this.slot[at] = this.slot[last]
    this.rif[at] = this.rif[last]
    this.latency[at] = this.latency[last]
    this.time[at] = this.time[last]
    this.uses[at] = this.uses[last]
  }
}
