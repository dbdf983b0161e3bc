/**
 * Poisson arrivals with a flash crowd: the rate climbs along a straight line to `peak` times the usual rate, holds, and decays
 * exponentially. The shape (ramp-up, sustained traffic, ramp-down) is that of measured flash crowds: Ari, Hong, Miller, Brandt and
 * Long 2003, Managing flash crowds on the Internet.
 * In the decay Λ(s) = r s + (p - 1) r τ (1 - e^(-s/τ)) has no closed inverse. It is concave, so Newton's method from the last arrival
 * never passes the solution; it stops when a step is below a hundredth of a microsecond.
 */
import { nearest, type RandomStream } from '../../sim/random/index.ts'
import { unitGap, type Arrivals } from './arrivals.ts'
import type { PatternDefinition, PatternSpec } from './pattern.ts'
import { PiecewiseLinear } from './piecewise.ts'

export const flashCrowd: PatternDefinition<'flash-crowd'> = {
  name: 'flash-crowd',
  hasClock: true,
  check({ peak, at, climb, hold, decay }, check) {
    check.that(peak >= 1 && peak < Infinity, 'peak', peak, 'a multiple of the usual rate, from 1')
    check.from0({ at, climb, hold, decay })
  },
  open: (spec, stream) => new FlashCrowdArrivals(spec, stream),
}

const MAX_STEPS = 200
const CLOSE = 0.01

class FlashCrowdArrivals implements Arrivals {
  private units = 0
  /** The rate up to the decay. */
  private readonly lines: PiecewiseLinear
  /** Beginning of the decay [µs], and Λ at it. */
  private readonly decayFrom: number
  private readonly unitsAtDecay: number
  /** Usual rate and surplus at the peak [1/µs]. */
  private readonly usual: number
  private readonly surplus: number
  private readonly decay: number
  /** Last arrival, counted from the beginning of the decay. */
  private last = 0
  private readonly stream: RandomStream

  constructor({ rate, peak, at, climb, hold, decay }: PatternSpec<'flash-crowd'>, stream: RandomStream) {
    const top = rate * peak
    this.lines = new PiecewiseLinear([
      { from: 0, rate, to: rate },
      { from: at, rate, to: top },
      { from: at + climb, rate: top, to: top },
      { from: at + climb + hold, rate: top, to: top },
    ])
    this.decayFrom = at + climb + hold
    this.unitsAtDecay = this.lines.reached[3]
    this.usual = rate / 1e6
    this.surplus = (top - rate) / 1e6
    this.decay = decay
    this.stream = stream
  }

  next(): number {
    if (this.usual === 0) return Infinity
    this.units += unitGap(this.stream)
    const left = this.units - this.unitsAtDecay
    return nearest(left < 0 ? this.lines.inverse(this.units) : this.decayFrom + this.inDecay(left))
  }

  private inDecay(left: number): number {
    let s = this.last
    for (let step = 0; step < MAX_STEPS; step++) {
      const fallen = this.decay === 0 ? 0 : Math.exp(-s / this.decay)
      const lacking = left - this.usual * s - this.surplus * this.decay * (1 - fallen)
      const move = lacking / (this.usual + this.surplus * fallen)
      s += move
      if (move < CLOSE) break
    }
    this.last = Math.max(s, this.last)
    return this.last
  }

  rateAt(time: number): number {
    if (time < this.decayFrom) return this.lines.rateAt(time)
    const fallen = this.decay === 0 ? 0 : Math.exp(-(time - this.decayFrom) / this.decay)
    return (this.usual + this.surplus * fallen) * 1e6
  }
}
