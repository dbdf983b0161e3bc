/** Arrival processes: the times at which requests, pods or jobs arrive, without what arrives. */
import { KeyedStream, SeededStream, type RandomStream } from '../../sim/random/index.ts'

/** One arrival process, read one arrival at a time. */
export interface Arrivals {
  /** The next arrival [µs, whole], never before the last one; Infinity when there are no more. */
  next(): number
  /** Expected rate at a time [µs], in arrivals per second. */
  rateAt(time: number): number
  /** The train that the last arrival belongs to, counted from 0; absent: arrivals do not form trains. */
  readonly train?: number
}

/** Times from here on count as never: 285 years, where doubles stop holding every whole microsecond. */
export const NEVER = 9_007_199_254_740_992

const words = (stream: RandomStream): readonly [number, number, number] => [word(stream), word(stream), word(stream)]
const word = (stream: RandomStream): number => Math.floor(stream.next() * 0x100000000) | 0

/**
 * A second stream, seeded by three draws of the first: for a pattern that draws two kinds of events (changes of mode, and arrivals), so
 * that the number of draws for one does not shift the other. A second stream name would do the same, but patterns receive one stream.
 */
export function branch(stream: RandomStream): RandomStream {
  return new SeededStream(words(stream))
}

/** As `branch`, for draws that depend on keys (client and request number) and not on the order in which they are made. */
export function keyedBranch(stream: RandomStream): KeyedStream {
  return new KeyedStream(words(stream))
}

/**
 * A gap of the Poisson process of rate 1, by inversion. All Poisson patterns here are this process on a stretched clock: arrival k falls
 * where the cumulated rate Λ(t) reaches the sum of the first k unit gaps. Two rates, or a step and a constant rate, then use the same
 * random draw for arrival k (common random numbers), which thinning would not allow.
 * Source: Çinlar 1975, Introduction to Stochastic Processes, chapter 4.
 */
export function unitGap(stream: RandomStream): number {
  return -Math.log(1 - stream.next())
}
