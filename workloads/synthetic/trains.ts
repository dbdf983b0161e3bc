/**
 * Requests that arrive in trains, such as a page and its embedded objects or a burst of calls by one client: each arrival of a process
 * starts a train, whose other requests follow at gaps of their own while other trains run. The length of train k and its j-th gap depend
 * on (k, j) only, so trains are the same at any rate.
 */
import { ColumnTable } from '../../sim/index.ts'
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

/** Most requests of a train. Longer draws are cut to it, so that the mean is a finite sum. */
export const MAX_TRAIN_LENGTH = 10_000

/** Mean length of trains, whose drawn size is rounded to 1 .. MAX_TRAIN_LENGTH: Σ P(length >= n). */
export function meanLength(size: DistributionSpec): number {
  const law = distribution(size)
  let mean = 1
  for (let n = 2; n <= MAX_TRAIN_LENGTH; n++) {
    // Halves are rounded up: sizes from n - 1/2 on give a length of n.
    const share = size.kind === 'constant' ? Number(size.value >= n - 0.5) : law.survival(n - 0.5)
    if (share === 0) break
    mean += share
  }
  return mean
}

/** Unfinished trains: number of the train, requests that have arrived, length. */
class TrainRows extends ColumnTable {
  readonly train = this.column(Float64Array)
  readonly arrived = this.column(Int32Array)
  readonly length = this.column(Int32Array)
  private readonly free: number[] = []
  private count = 0

  take(): number {
    const row = this.free.pop() ?? this.count++
    this.reserve(row + 1)
    return row
  }

  give(row: number): void {
    this.free.push(row)
  }
}

/** The trains that start at the arrivals of a process. */
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
  private readonly rows = new TrainRows()
  /** Rows by the time of their next request. */
  private readonly pending = new TimeHeap(16)

  /** `starts` gives the first requests of trains; gaps [µs]. */
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
    const { pending, rows } = this
    const time = pending.firstTime
    if (this.nextStart <= time) return this.nextStart === Infinity ? Infinity : this.start()
    const row = pending.first
    this.train = rows.train[row]
    if (++rows.arrived[row] < rows.length[row]) pending.delay(this.after(time, row))
    else {
      pending.pop()
      rows.give(row)
    }
    return time
  }

  private start(): number {
    const time = this.nextStart
    this.nextStart = this.starts.next()
    this.train = this.started++
    const size = Math.min(MAX_TRAIN_LENGTH, nearest(this.sizes.quantile(this.sizeRandom.at(this.train, 0))))
    if (size < 2) return time
    const { rows } = this
    const row = rows.take()
    rows.train[row] = this.train
    rows.arrived[row] = 1
    rows.length[row] = size
    this.pending.push(this.after(time, row), row)
    return time
  }

  /** Time of the next request of a train, where the last one arrived at `time`. */
  private after(time: number, row: number): number {
    const gap = nearest(this.gaps.quantile(this.gapRandom.at(this.rows.train[row], this.rows.arrived[row])))
    const next = time + (gap > 0 ? gap : 0)
    return next < NEVER ? next : Infinity
  }

  /** As if all requests of a train arrived with its first. */
  rateAt(time: number): number {
    return this.starts.rateAt(time) * this.length
  }
}
