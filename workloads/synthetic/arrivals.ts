/** Arrival processes: when things come, not what comes. Requests and background pods share them. */
import type { RandomStream } from '../../sim/random/stream.ts'

export interface Arrivals {
  /** The next arrival [µs, whole], never before the last one; Infinity when no more come. */
  next(): number
  /** Expected rate at a time [1/s]. */
  rateAt(time: number): number
}

/**
 * A gap of the Poisson process of rate 1, by inversion. All random processes here are this one on a stretched clock: arrival k
 * falls where the cumulated rate Λ(t) reaches the sum of the first k gaps. So two rates, or a step and a constant, share their
 * luck arrival by arrival (common random numbers), which thinning would not give.
 * Source: Çinlar 1975, Introduction to Stochastic Processes, chapter 4.
 */
export function unitGap(stream: RandomStream): number {
  return -Math.log(1 - stream.next())
}
