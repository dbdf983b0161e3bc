/** What each backend's responses have taken of late, as exponentially weighted averages, one column by slot. */
import { grown } from '../../common/table.ts'
import { roomFor } from './slots.ts'

/** Time constants after which the common scale is brought up to date: e^200 is far from the largest double. */
const SPAN = 200

/**
 * Two averages of irregular observations r at times t, with the weight w = e^(-(t - last) / decay) for what was known:
 *   plain  cost = cost w + r (1 - w), and stands between observations; the first observation is taken whole
 *   peak   cost = r when r > cost, else cost w + r (1 - w); each look at the cost counts as an observation of 0 (Finagle's PeakEwma)
 * A cost of 0 is "no history". A pick that compares all looks at all at once, so that peak costs sink together and their order stands
 * still in time: `order` holds cost e^((last - origin) / decay), which can stay in a heap.
 */
export class ResponseCosts {
  /** In the order of the costs at any one time. */
  order = new Float64Array(16)
  /** Cost [µs] at the last observation, and its time [µs]. */
  private known = new Float64Array(16)
  private last = new Float64Array(16)
  private seen = new Uint8Array(16)
  private origin = 0
  private looked = -Infinity

  private readonly decay: number
  private readonly peak: boolean

  /** `decay`: time constant [µs]. */
  constructor(decay: number, peak: boolean) {
    this.decay = decay
    this.peak = peak
  }

  open(slot: number): void {
    if (slot >= this.order.length) {
      const length = roomFor(slot, this.order.length)
      this.order = grown(this.order, length)
      this.known = grown(this.known, length)
      this.last = grown(this.last, length)
      this.seen = grown(this.seen, length)
    }
    this.order[slot] = 0
    this.known[slot] = 0
    this.seen[slot] = 0
  }

  /** All costs are looked at, as by a pick that compares all. */
  look(now: number): void {
    this.looked = now
  }

  /** This backend's cost alone is looked at [µs]. Not to be mixed with `order`. */
  lookAt(slot: number, now: number): number {
    if (!this.peak) return this.known[slot]
    this.known[slot] = this.cost(slot, now)
    this.last[slot] = now
    return this.known[slot]
  }

  /** The cost at `now` [µs]; 0 without history. */
  cost(slot: number, now: number): number {
    return this.peak ? this.known[slot] * Math.exp((this.last[slot] - now) / this.decay) : this.known[slot]
  }

  /** A response took `latency` [µs]. True when the common origin had to move, which changes all of `order` alike. */
  observe(slot: number, latency: number, now: number): boolean {
    this.known[slot] = this.seen[slot] === 1 ? this.averaged(slot, latency, now) : latency
    this.last[slot] = now
    this.seen[slot] = 1
    if (!this.peak) {
      this.order[slot] = this.known[slot]
      return false
    }
    const moves = (now - this.origin) / this.decay > SPAN
    if (moves) this.moveOrigin(now)
    this.order[slot] = this.known[slot] * Math.exp((now - this.origin) / this.decay)
    return moves
  }

  private averaged(slot: number, latency: number, now: number): number {
    const last = this.peak ? Math.max(this.last[slot], this.looked) : this.last[slot]
    const cost = this.cost(slot, last)
    const w = Math.exp((last - now) / this.decay)
    return this.peak && latency > cost ? latency : cost * w + latency * (1 - w)
  }

  private moveOrigin(now: number): void {
    this.origin = now
    for (let slot = 0; slot < this.order.length; slot++)
      this.order[slot] = this.known[slot] * Math.exp((this.last[slot] - now) / this.decay)
  }
}
