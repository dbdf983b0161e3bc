/** Response times of each backend as exponentially weighted moving averages, one row per slot. */
import type { SlotId, Time } from '../../common/ids.ts'
import { ColumnTable } from '../../common/table.ts'
import { INITIAL_SLOTS } from './slots.ts'

/** Time constants after which the origin moves: e^200 is far from the largest double. */
const MAX_SPAN = 200

/**
 * Two averages of irregular observations r at times t, with the weight w = e^(-(t - last) / decay) for the value so far:
 *   plain  cost = cost w + r (1 - w), constant between observations; the first observation is taken whole
 *   peak   cost = r when r > cost, else cost w + r (1 - w); each look at the cost counts as an observation of 0 (Finagle's PeakEwma)
 * A cost of 0 means no history. A pick that compares all backends looks at all of them at once, so that all peak costs decay by the same factor and their order
 * does not change with time: `order` holds cost e^((last - origin) / decay), which can stay in a heap.
 */
export class ResponseCosts extends ColumnTable {
  /** Numbers in the order of the costs at any one time. */
  readonly order = this.column(Float64Array)
  /** Cost [µs] at the last observation, and its time [µs]. */
  private readonly known = this.column(Float64Array)
  private readonly last = this.column(Float64Array)
  /** 1: has history. */
  private readonly seen = this.column(Uint8Array)
  private origin = 0
  private looked = -Infinity

  private readonly decay: Time
  private readonly peak: boolean

  /** `decay`: time constant [µs]. */
  constructor(decay: Time, peak: boolean) {
    super(INITIAL_SLOTS)
    this.decay = decay
    this.peak = peak
  }

  open(slot: SlotId): void {
    this.reserve(slot + 1)
    this.order[slot] = 0
    this.known[slot] = 0
    this.seen[slot] = 0
  }

  /** Looks at all costs, as a pick that compares all backends does. */
  look(now: Time): void {
    this.looked = now
  }

  /** Looks at the cost of this backend alone [µs]. Not to be combined with `order`. */
  lookAt(slot: SlotId, now: Time): number {
    if (!this.peak) return this.known[slot]
    this.known[slot] = this.cost(slot, now)
    this.last[slot] = now
    return this.known[slot]
  }

  /** The cost at `now` [µs]; 0 without history. */
  cost(slot: SlotId, now: Time): number {
    return this.peak ? this.known[slot] * Math.exp((this.last[slot] - now) / this.decay) : this.known[slot]
  }

  /** A response took `latency` [µs]. True when the common origin has moved, which changes all of `order` by one factor. */
  observe(slot: SlotId, latency: Time, now: Time): boolean {
    this.known[slot] = this.seen[slot] === 1 ? this.averaged(slot, latency, now) : latency
    this.last[slot] = now
    this.seen[slot] = 1
    if (!this.peak) {
      this.order[slot] = this.known[slot]
      return false
    }
    const moves = (now - this.origin) / this.decay > MAX_SPAN
    if (moves) this.moveOrigin(now)
    this.order[slot] = this.known[slot] * Math.exp((now - this.origin) / this.decay)
    return moves
  }

  private averaged(slot: SlotId, latency: Time, now: Time): number {
    const last = this.peak ? Math.max(this.last[slot], this.looked) : this.last[slot]
    const cost = this.cost(slot, last)
    const w = Math.exp((last - now) / this.decay)
    return this.peak && latency > cost ? latency : cost * w + latency * (1 - w)
  }

  private moveOrigin(now: Time): void {
    this.origin = now
    for (let slot = 0; slot < this.order.length; slot++)
      this.order[slot] = this.known[slot] * Math.exp((this.last[slot] - now) / this.decay)
  }
}
