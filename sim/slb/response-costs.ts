/** What each backend's responses have taken of late, as exponentially weighted averages, one column by slot. */
import { grown } from '../columns.ts'
import { roomFor } from './slots.ts'

/** Time constants after which the common scale is brought up to date: e^200 is far from the largest double. */
const SPAN = 200

/**
 * Two averages of irregular observations r at times t, with the weight w = e^(-(t - last) / decay) for what was known:
 *   plain  cost = cost w + r (1 - w), and stands between observations; the first observation is taken whole
 *   peak   cost = r when r > cost, else cost w + r (1 - w); each look at the cost counts as an observation of 0 (Finagle's PeakEwma)
 * A cost of 0 is "no history". All looks come at the same times for all backends, so peak costs sink together and their order
 * stands still in time: kept is cost e^((last - origin) / decay), which can stay in a heap.
 */
export class ResponseCosts {
  /** Scaled: e^((last - origin) / decay) times the cost, plainly the cost when not peak. */
  scaled = new Float64Array(16)
  /** Time of the last observation or look [µs]. */
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
    if (slot >= this.scaled.length) {
      const length = roomFor(slot, this.scaled.length)
      this.scaled = grown(this.scaled, length)
      this.last = grown(this.last, length)
      this.seen = grown(this.seen, length)
    }
    this.scaled[slot] = 0
    this.seen[slot] = 0
  }

  /** All costs are looked at, as by a pick that compares all. */
  look(now: number): void {
    this.looked = now
  }

  /** This backend's cost alone is looked at [µs]. */
  lookAt(slot: number, now: number): number {
    if (this.peak) this.last[slot] = now
    return this.cost(slot, now)
  }

  /** The cost at `now` [µs]; 0 without history. */
  cost(slot: number, now: number): number {
    return this.peak ? this.scaled[slot] * Math.exp((this.origin - now) / this.decay) : this.scaled[slot]
  }

  /** A response took `latency` [µs]. True when the common origin had to move, which changes all and their order not. */
  observe(slot: number, latency: number, now: number): boolean {
    const moves = this.peak && (now - this.origin) / this.decay > SPAN
    if (moves) this.moveOrigin(now)
    if (this.peak) this.observePeak(slot, latency, now)
    else this.observePlain(slot, latency, now)
    this.last[slot] = now
    this.seen[slot] = 1
    return moves
  }

  private observePlain(slot: number, latency: number, now: number): void {
    const w = this.seen[slot] === 1 ? Math.exp((this.last[slot] - now) / this.decay) : 0
    this.scaled[slot] = this.scaled[slot] * w + latency * (1 - w)
  }

  private observePeak(slot: number, latency: number, now: number): void {
    const last = this.seen[slot] === 1 ? Math.max(this.last[slot], this.looked) : now
    const known = this.scaled[slot] * Math.exp((this.origin - last) / this.decay)
    const w = Math.exp((last - now) / this.decay)
    const cost = latency > known ? latency : known * w + latency * (1 - w)
    this.scaled[slot] = cost * Math.exp((now - this.origin) / this.decay)
  }

  private moveOrigin(now: number): void {
    const factor = Math.exp((this.origin - now) / this.decay)
    for (let slot = 0; slot < this.scaled.length; slot++) this.scaled[slot] *= factor
    this.origin = now
  }
}
