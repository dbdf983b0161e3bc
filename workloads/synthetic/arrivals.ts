/** Arrival processes: when things come, not what comes. Requests and background pods share them. */
import { KeyedStream, type RandomStream, SeededStream } from '../../sim/random/index.ts'

export interface Arrivals {
  /** The next arrival [µs, whole], never before the last one; Infinity when no more come. */
  next(): number
  /** Expected rate at a time [1/s]. */
  rateAt(time: number): number
  /** Which train the last arrival belongs to, counted from 0; absent: each comes by itself. */
  readonly train?: number
}

/** A time of this or later is never: 285 years, the last whole microsecond of a double. */
export const NEVER = 9_007_199_254_740_992

const words = (stream: RandomStream): readonly [number, number, number] => [word(stream), word(stream), word(stream)]
const word = (stream: RandomStream): number => Math.floor(stream.next() * 0x100000000) | 0

/**
 * A stream of its own, seeded by three draws of another one: for a pattern that has two kinds of luck (when the mode changes, when requests
 * come), so that one does not shift the other. Plainly it would be a second name; arrivals are handed one stream by all who use them.
 */
export function branch(stream: RandomStream): RandomStream {
  return new SeededStream(words(stream))
}

/** The same for luck that belongs to a thing and not to an order. */
export function keyedBranch(stream: RandomStream): KeyedStream {
  return new KeyedStream(words(stream))
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
