/** Poisson arrivals whose rate changes along a straight line from one value to another and stays there: growth, or a slow drain. */
import { nearest, type RandomStream } from '../../sim/random/index.ts'
import { unitGap, type Arrivals } from './arrivals.ts'
import type { PatternDefinition, PatternSpec } from './pattern.ts'
import { PiecewiseLinear } from './piecewise.ts'

export const ramp: PatternDefinition<'ramp'> = {
  name: 'ramp',
  hasClock: true,
  check: ({ to, at, over }, check) => check.from0({ to, at, over }),
  open: (spec, stream) => new RampArrivals(spec, stream),
}

class RampArrivals implements Arrivals {
  private units = 0
  private readonly lines: PiecewiseLinear
  private readonly stream: RandomStream

  constructor({ rate, to, at, over }: PatternSpec<'ramp'>, stream: RandomStream) {
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
