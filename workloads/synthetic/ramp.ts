/** Poisson arrivals whose rate goes from one value to another along a straight line, and stays there: growth, or a slow drain. */
import { nearest, type RandomStream } from '../../sim/random/index.ts'
import { unitGap, type Arrivals } from './arrivals.ts'
import { PiecewiseLinear } from './piecewise.ts'

export class RampArrivals implements Arrivals {
  private units = 0
  private readonly lines: PiecewiseLinear
  private readonly stream: RandomStream

  /** From `rate` to `to` [1/s], beginning at `at` and lasting `over` [µs]. */
  constructor(rate: number, to: number, at: number, over: number, stream: RandomStream) {
    this.lines = new PiecewiseLinear([
      { from: 0, rate, to: rate },
      { from: at, rate, to },
      { from: at + over, rate: to, to },
    ])
    this.stream = stream
  }

  next(): number {
    this.units += unitGap(this.stream)
    return nearest(this.lines.inverse(this.units))
  }

  rateAt(time: number): number {
    return this.lines.rateAt(time)
  }
}
