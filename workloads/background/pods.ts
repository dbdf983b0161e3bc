/** The three sources of background pods: a stationary stream, a replay, and pods that run for ever. */
import type { RandomStream } from '../../sim/random/index.ts'
import type { PodShape, PodSource } from '../../sim/index.ts'
import type { Draws } from './draws.ts'
import type { BootstrappedRows } from '../shape/bootstrap.ts'
import type { Rows } from '../shape/rows.ts'
import { runTime, type RowTimeline, type Shaped } from '../shape/timeline.ts'
import { placeOf } from '../shape/weights.ts'
import { unitGap, type Arrivals } from '../synthetic/arrivals.ts'
import { PoissonArrivals } from '../synthetic/poisson.ts'

/**
 * A stationary M/G/∞ stream: first the pods that are present at time zero, then Poisson arrivals. The number present is Poisson with mean
 * rate × E[D]; a fixed number would remove variance between replications that confidence intervals must include. It is drawn by counting
 * unit gaps up to that mean: exact at any size (inversion from zero underflows above a mean of 745), as cheap as the pods themselves, and
 * a larger share begins with the pods of a smaller one.
 */
export class StationaryPods implements PodSource {
  shape = 0
  duration = 1
  readonly shapes: readonly PodShape[]
  readonly meanDuration: number
  readonly stationary = true
  readonly notes: readonly string[]
  private readonly draws: Draws
  private readonly arrivals: Arrivals
  private readonly presentStream: RandomStream
  /** Length that remains for the unit gaps between the pods present at time zero. */
  private units: number

  /** Rate [1/µs], mean duration [µs]. Streams: 'present' and 'arrivals'. */
  constructor(
    draws: Draws,
    rate: number,
    mean: number,
    shapes: readonly PodShape[],
    notes: readonly string[],
    stream: (purpose: string) => RandomStream,
  ) {
    this.draws = draws
    this.shapes = shapes
    this.meanDuration = mean
    this.notes = notes
    this.arrivals = new PoissonArrivals({ rate: rate * 1e6 }, stream('arrivals'))
    this.presentStream = stream('present')
    this.units = rate * mean
  }

  next(): number {
    if (this.units > 0) this.units -= unitGap(this.presentStream)
    if (this.units > 0) {
      this.draws.present()
      return this.copied(0)
    }
    this.draws.arriving()
    return this.copied(this.arrivals.next())
  }

  private copied(time: number): number {
    this.shape = this.draws.shape
    this.duration = this.draws.duration
    return time
  }
}

/** The rows of a recording, at the times of a shaped timeline. */
export class ReplayedPods implements PodSource {
  shape = 0
  duration = 1
  readonly shapes: readonly PodShape[]
  readonly meanDuration: number
  readonly stationary = false
  readonly notes: readonly string[]
  private readonly rows: Rows
  private readonly around: Shaped<RowTimeline | BootstrappedRows>
  /** Time of the next row, read ahead so that an empty replay is noticed when it is opened. */
  private ahead: number

  constructor(rows: Rows, around: Shaped<RowTimeline | BootstrappedRows>, shapes: readonly PodShape[], notes: readonly string[]) {
    this.rows = rows
    this.around = around
    this.shapes = shapes
    this.meanDuration = rows.duration.reduce((sum, duration) => sum + duration, 0) / rows.length / around.timeline.speed
    this.notes = notes
    this.ahead = around.timeline.next()
  }

  get empty(): boolean {
    return this.ahead === Infinity
  }

  next(): number {
    const time = this.ahead
    if (time === Infinity) return Infinity
    const { timeline, base } = this.around
    this.shape = this.rows.shape[base.row]
    this.duration = runTime(this.rows.duration[base.row], timeline.speed)
    this.ahead = timeline.next()
    return time
  }
}

/** Pods that start at time zero and run for ever, drawn by weight until `open` is used up. */
export class StandingPods implements PodSource {
  shape = 0
  readonly duration = Infinity
  readonly shapes: readonly PodShape[]
  readonly meanDuration = 0
  readonly stationary = true
  readonly notes: readonly string[] = []
  private open: number
  private readonly amounts: readonly number[]
  private readonly weights: Float64Array
  private readonly stream: RandomStream

  /** A pod of shape i takes `amounts[i]` of `open`: 1 where pods are counted, its request where a share of capacity is given. */
  constructor(open: number, amounts: readonly number[], weights: Float64Array, shapes: readonly PodShape[], stream: RandomStream) {
    this.open = open
    this.amounts = amounts
    this.weights = weights
    this.shapes = shapes
    this.stream = stream
  }

  next(): number {
    if (!(this.open > 0)) return Infinity
    this.shape = placeOf(this.weights, this.stream.next())
    this.open -= this.amounts[this.shape]
    return 0
  }
}
