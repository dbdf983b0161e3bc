/** Draws of background pods: a row of a trace, or a shape and a lifetime. */
import { distribution, type Distribution, type DistributionSpec, type RandomStream } from '../../sim/random/index.ts'
import type { Rows } from '../shape/rows.ts'
import { cumulated, placeOf } from '../shape/weights.ts'
import { residual } from '../synthetic/residual.ts'

/** Draws one pod into `shape` and `duration`, each method from its own stream. */
export interface Draws {
  readonly shape: number
  readonly duration: number
  /** A pod that is present at time zero, with its remaining time. */
  present(): void
  /** A pod that arrives later, with its whole lifetime. */
  arriving(): void
}

/** Draws rows of a trace, with replacement. */
export class RowDraws implements Draws {
  shape = 0
  duration = 1
  private readonly rows: Rows
  private readonly presentStream: RandomStream
  private readonly arrivingStream: RandomStream
  private readonly durations: Float64Array

  constructor(rows: Rows, presentStream: RandomStream, arrivingStream: RandomStream) {
    this.rows = rows
    this.presentStream = presentStream
    this.arrivingStream = arrivingStream
    this.durations = cumulated(rows.duration)
  }

  present(): void {
    const row = placeOf(this.durations, this.presentStream.next())
    this.shape = this.rows.shape[row]
    this.duration = whole(this.rows.duration[row] * this.presentStream.next())
  }

  arriving(): void {
    const row = this.arrivingStream.int(this.rows.length)
    this.shape = this.rows.shape[row]
    this.duration = this.rows.duration[row]
  }
}

/** Draws shapes by weight and lifetimes by a distribution, independently. */
export class ShapeDraws implements Draws {
  shape = 0
  duration = 1
  readonly mean: number
  private readonly weights: Float64Array
  private readonly lifetime: Distribution
  private readonly left: (stream: RandomStream) => number
  private readonly presentStream: RandomStream
  private readonly arrivingStream: RandomStream

  constructor(weights: Float64Array, lifetime: DistributionSpec, presentStream: RandomStream, arrivingStream: RandomStream) {
    this.weights = weights
    this.lifetime = distribution(lifetime)
    this.mean = this.lifetime.mean
    this.left = residual(lifetime)
    this.presentStream = presentStream
    this.arrivingStream = arrivingStream
  }

  present(): void {
    this.shape = placeOf(this.weights, this.presentStream.next())
    this.duration = whole(this.left(this.presentStream))
  }

  arriving(): void {
    this.shape = placeOf(this.weights, this.arrivingStream.next())
    this.duration = whole(this.lifetime.sample(this.arrivingStream))
  }
}

function whole(time: number): number {
  return Math.max(1, Math.round(time))
}
