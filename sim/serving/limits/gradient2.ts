/**
 * The limit follows the ratio of the long-term mean time to the present time, at least a half and at most 1, and may hold a queue of 4 beside.
 * Source: Netflix concurrency-limits, Gradient2Limit with its defaults (tolerance 1.5, smoothing 0.2, a window of 600, of which the first 10 are a plain mean).
 */
import type { Time } from '../../common/ids.ts'
import { bounded, type ConcurrencyLimit, type Limiter } from './limiter.ts'

const TOLERANCE = 1.5
const SMOOTHING = 0.2
const QUEUE = 4
const WINDOW = 600
const WARMUP = 10
/** The long-term mean shrinks by this while it is more than twice the present time. */
const DECAY = 0.95

export class Gradient2Limit implements Limiter {
  private estimate: number
  private long = 0
  private sum = 0
  private seen = 0
  private readonly spec: ConcurrencyLimit

  constructor(spec: ConcurrencyLimit) {
    this.spec = spec
    this.estimate = spec.initial
  }

  get limit(): number {
    return Math.floor(this.estimate)
  }

  left(time: Time, inFlight: number): void {
    const { estimate, spec } = this
    const long = this.average(time)
    if (long / time > 2) this.long *= DECAY
    if (inFlight < estimate / 2) return
    const gradient = Math.max(0.5, Math.min(1, (TOLERANCE * long) / time))
    const wanted = estimate * gradient + QUEUE
    this.estimate = bounded(estimate * (1 - SMOOTHING) + wanted * SMOOTHING, spec)
  }

  private average(time: Time): number {
    if (this.seen < WARMUP) {
      this.seen++
      this.sum += time
      this.long = this.sum / this.seen
    } else {
      const factor = 2 / (WINDOW + 1)
      this.long = this.long * (1 - factor) + time * factor
    }
    return this.long
  }
}
