/**
 * Poisson arrivals at a recorded rate. A count is the number of arrivals in an interval without their times. Within each interval arrivals
 * are a Poisson process of the mean rate, by inversion of the cumulated rate Λ (Çinlar 1975, chapter 4), so the number in an interval is
 * Poisson with the recorded count times the scale as its mean, and two scales use the same random draw for arrival k. Variation within an
 * interval is lost.
 */
import { nearest, type RandomStream } from '../../sim/random/index.ts'
import { unitGap, type Arrivals } from '../synthetic/arrivals.ts'
import { firstAfter, type RateSeries } from './series.ts'

/** The arrivals of a recorded rate. */
export class RateArrivals implements Arrivals {
  private readonly series: RateSeries
  /** Time of the recording at time zero of the run [µs], and the speed of the replay. */
  private readonly origin: number
  private readonly speedUp: number
  private readonly scale: number
  private readonly stream: RandomStream
  private units = 0
  private piece: number
  /** Λ at the beginning of the current piece, that beginning [µs], and the increase of Λ over the rest of the piece. */
  private reached = 0
  private begin: number
  private height = 0

  constructor(series: RateSeries, from: number, speedUp: number, scale: number, stream: RandomStream) {
    this.series = series
    this.origin = from
    this.speedUp = speedUp
    this.scale = scale
    this.stream = stream
    this.piece = firstAfter(series, from)
    this.begin = from
    this.enter()
  }

  next(): number {
    this.units += unitGap(this.stream)
    while (this.piece < this.series.from.length && this.units >= this.reached + this.height) {
      this.reached += this.height
      this.piece++
      this.begin = 0
      this.enter()
    }
    if (this.piece >= this.series.from.length) return Infinity
    const time = this.begin + ((this.units - this.reached) / this.height) * (this.series.to[this.piece] - this.begin)
    return nearest((time - this.origin) / this.speedUp)
  }

  /** Starts the current piece, at `begin` when the replay starts within it. */
  private enter(): void {
    const { from, to, count } = this.series
    const { piece } = this
    if (piece >= from.length) return
    this.begin = Math.max(this.begin, from[piece])
    this.height = (this.scale * count[piece] * (to[piece] - this.begin)) / (to[piece] - from[piece])
  }

  rateAt(time: number): number {
    const { from, to, count } = this.series
    const at = this.origin + time * this.speedUp
    const piece = firstAfter(this.series, at)
    if (piece >= from.length || at < from[piece]) return 0
    return ((this.scale * count[piece]) / (to[piece] - from[piece])) * this.speedUp * 1e6
  }
}
