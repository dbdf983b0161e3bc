/**
 * Poisson arrivals with a flash crowd: the rate climbs along a straight line to `peak` times the usual one, holds, and decays exponentially
 * back to it. The shape of measured ones: Ari, Hong, Miller, Brandt and Long 2003, Managing flash crowds on the Internet (ramp-up, sustained
 * traffic, ramp-down).
 * In the decay Λ(s) = r s + (p - 1) r τ (1 - e^(-s/τ)) has no closed inverse. It is concave, so Newton's method from the last arrival never
 * passes the answer, and stops when a step is below a hundredth of a microsecond.
 */
import { nearest, type RandomStream } from '../../sim/random/index.ts'
import { unitGap, type Arrivals } from './arrivals.ts'
import { PiecewiseLinear } from './piecewise.ts'

const MAX_STEPS = 200
const CLOSE = 0.01

export class FlashCrowdArrivals implements Arrivals {
  private units = 0
  /** Up to the decay. */
  private readonly lines: PiecewiseLinear
  /** Where the decay begins [µs], and Λ there. */
  private readonly decayFrom: number
  private readonly unitsAtDecay: number
  /** Usual rate and surplus at the peak [1/µs]. */
  private readonly usual: number
  private readonly surplus: number
  private readonly decay: number
  /** Last arrival, from the beginning of the decay. */
  private last = 0
  private readonly stream: RandomStream

  /** Usual rate [1/s], peak as a multiple of it; begin, climb, hold and time constant of the decay [µs]. */
  constructor(rate: number, peak: number, at: number, climb: number, hold: number, decay: number, stream: RandomStream) {
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
