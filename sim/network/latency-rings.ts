/**
 * The latencies that a pod keeps for answers to probes: for each number of requests that a request found inside when it arrived, the last
 * few times that such requests spent in the pod. The answer is the median of those for the present number, or for the nearest number
 * that has any (Prequal, section 4).
 */
import type { ServerId, Time } from '../common/ids.ts'
import { NONE } from '../common/ids.ts'
import { grown } from '../common/table.ts'

/** Latencies kept for each number of requests inside; a power of two. */
const KEPT = 16
/** Numbers above this are kept together. */
const MAX_INSIDE = 1023

/** The rings of one pod. */
class Rings {
  /** By number inside: KEPT places, and how many latencies were written to them. */
  private places = new Float64Array(4 * KEPT)
  private written = new Int32Array(4)
  private highest = NONE

  record(inside: number, latency: Time): void {
    if (inside >= this.written.length) {
      this.written = grown(this.written, Math.max(inside + 1, this.written.length * 2))
      this.places = grown(this.places, this.written.length * KEPT)
    }
    if (inside > this.highest) this.highest = inside
    this.places[inside * KEPT + (this.written[inside]++ & (KEPT - 1))] = latency
  }

  /** The number nearest to this one that has latencies, the lower on ties; NONE when none has. */
  private nearest(inside: number): number {
    if (this.highest === NONE) return NONE
    const { written, highest } = this
    for (let away = 0; ; away++) {
      const below = inside - away
      const above = inside + away
      if (below >= 0 && below <= highest && written[below] > 0) return below
      if (above <= highest && written[above] > 0) return above
      if (below < 0 && above > highest) return NONE
    }
  }

  median(inside: number, sorted: Float64Array): Time {
    const at = this.nearest(Math.min(inside, this.highest + 1))
    if (at === NONE) return NONE
    const { places } = this
    const count = Math.min(this.written[at], KEPT)
    for (let i = 0; i < count; i++) {
      const value = places[at * KEPT + i]
      let j = i
      for (; j > 0 && sorted[j - 1] > value; j--) sorted[j] = sorted[j - 1]
      sorted[j] = value
    }
    return sorted[count >> 1]
  }
}

export class LatencyRings {
  private readonly rings: Rings[] = []
  private readonly epochs: number[] = []
  private readonly sorted = new Float64Array(KEPT)

  private of(server: ServerId, epoch: number): Rings {
    if (this.epochs[server] !== epoch) {
      this.epochs[server] = epoch
      this.rings[server] = new Rings()
    }
    return this.rings[server]
  }

  /** A request that found `inside` others spent `latency` in the pod. */
  record(server: ServerId, epoch: number, inside: number, latency: Time): void {
    this.of(server, epoch).record(Math.min(inside, MAX_INSIDE), latency)
  }

  /** NONE without any. */
  median(server: ServerId, epoch: number, inside: number): Time {
    return this.of(server, epoch).median(Math.min(inside, MAX_INSIDE), this.sorted)
  }
}
