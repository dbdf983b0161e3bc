/**
 * Requests that come in trains: each arrival of a process starts one, and its further requests follow at gaps of their own, while other trains
 * run. A page and its embedded objects, a burst of calls of one client. How long train k is, and its j-th gap, depend on (k, j) alone, so trains
 * are the same at any rate.
 */
import {
  distribution,
  type Distribution,
  type DistributionSpec,
  type KeyedRandom,
  nearest,
  type RandomStream,
} from '../../sim/random/index.ts'
import { keyedBranch, NEVER, type Arrivals } from './arrivals.ts'
import { TimeHeap } from './time-heap.ts'

/** A train has at most so many requests; longer draws are cut, so that the mean is a finite sum. */
export const LONGEST_TRAIN = 10_000

/** Mean length of trains whose drawn size is rounded, at least 1 and at most `LONGEST_TRAIN`: Σ P(length >= n). */
export function meanLength(size: DistributionSpec): number {
  const law = distribution(size)
  let mean = 1
  for (let n = 2; n <= LONGEST_TRAIN; n++) {
    // Halves are rounded up: a length of n begins at n - 1/2 itself.
    const share = size.kind === 'constant' ? Number(size.value >= n - 0.5) : law.survival(n - 0.5)
    if (share === 0) break
    mean += share
  }
  return mean
}

export class TrainArrivals implements Arrivals {
  /** Train of the last arrival, counted from 0. */
  train = -1
  private readonly starts: Arrivals
  private readonly length: number
  private readonly sizes: Distribution
  private readonly gaps: Distribution
  private readonly sizeRandom: KeyedRandom
  private readonly gapRandom: KeyedRandom
  private nextStart: number
  private started = 0
  /** Trains under way, by row: which it is, how many of it have come, how many it has. */
  private readonly pending = new TimeHeap(16)
  private readonly trains: number[] = []
  private readonly come: number[] = []
  private readonly sizeOf: number[] = []
  private readonly free: number[] = []

  /** `starts` brings the first requests of trains, of mean length `meanLength(size)`; gaps [µs]. */
  constructor(starts: Arrivals, size: DistributionSpec, gap: DistributionSpec, stream: RandomStream) {
    this.starts = starts
    this.length = meanLength(size)
    this.sizes = distribution(size)
    this.gaps = distribution(gap)
    this.sizeRandom = keyedBranch(stream)
    this.gapRandom = keyedBranch(stream)
    this.nextStart = starts.next()
  }

  next(): number {
    const { pending } = this
    const time = pending.firstTime
    if (this.nextStart <= time) return this.nextStart === Infinity ? Infinity : this.start()
    const row = pending.first
    this.train = this.trains[row]
    if (++this.come[row] < this.sizeOf[row]) pending.delay(this.after(time, row))
    else {
      pending.pop()
      this.free.push(row)
    }
    return time
  }

  private start(): number {
    const time = this.nextStart
    this.nextStart = this.starts.next()
    this.train = this.started++
    const size = Math.min(LONGEST_TRAIN, nearest(this.sizes.quantile(this.sizeRandom.at(this.train, 0))))
    if (size < 2) return time
    const row = this.free.pop() ?? this.trains.length
    this.trains[row] = this.train
    this.come[row] = 1
    this.sizeOf[row] = size
    this.pending.push(this.after(time, row), row)
    return time
  }

  /** When the next request of a train comes, `time` being that of the last. */
  private after(time: number, row: number): number {
    const gap = nearest(this.gaps.quantile(this.gapRandom.at(this.trains[row], this.come[row])))
    const next = time + (gap > 0 ? gap : 0)
    return next < NEVER ? next : Infinity
  }

  /** As if the requests of a train came with its first. */
  rateAt(time: number): number {
    return this.starts.rateAt(time) * this.length
  }
}
