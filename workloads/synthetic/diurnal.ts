/**
 * Poisson arrivals whose rate is a sine wave: rate(t) = mean (1 + a sin(2π (t / P + phase))), 0 <= a <= 1, so the peak is 1 + a times the
 * mean. With y = t / P the cumulated rate is mean P G(y), G(y) = y - a / 2π (cos 2π(y + phase) - cos 2π phase), and G(y + 1) = G(y) + 1:
 * the whole periods split off and G is inverted inside one. That is Kepler's equation, which has no closed inverse: Newton's
 * method from the last arrival, held in a shrinking bracket, to less than a microsecond.
 * Plainly it would be thinning: draw at the peak rate and drop the surplus. Inversion wastes no draw, and arrival k of any rate,
 * amplitude or period comes from the same random number.
 */
import type { RandomStream } from '../../sim/random/stream.ts'
import { nearest } from '../../sim/random/math.ts'
import { unitGap, type Arrivals } from './arrivals.ts'

const TURN = 2 * Math.PI
/**
 * After Newton's step δ the error is at most δ² π a / slope periods: below this bound of δ² / slope it is 3e-14 of a period, 0.003 µs
 * of a day. Gaps of a ten-millionth of a period then need one look at the wave, the one where the last arrival fell.
 */
const CLOSE = 1e-14
/** Enough to halve the bracket down to rounding if Newton never helps. */
const MOST_STEPS = 64

export class DiurnalArrivals implements Arrivals {
  private units = 0
  /** Where the last arrival fell: whole periods, and the part of a period. */
  private periods = 0
  private part = 0
  private readonly mean: number
  private readonly amplitude: number
  private readonly period: number
  private readonly phase: number
  private readonly unitsPerPeriod: number
  private readonly cosine0: number
  private readonly stream: RandomStream

  /** Mean rate [1/s], period [µs], phase in periods. */
  constructor(mean: number, amplitude: number, period: number, phase: number, stream: RandomStream) {
    this.mean = mean
    this.amplitude = amplitude
    this.period = period
    this.phase = phase
    this.unitsPerPeriod = (mean * period) / 1e6
    this.cosine0 = Math.cos(TURN * phase)
    this.stream = stream
  }

  next(): number {
    if (this.mean === 0) return Infinity
    this.units += unitGap(this.stream)
    const reached = this.units / this.unitsPerPeriod
    const periods = Math.floor(reached)
    this.part = this.inverse(reached - periods, periods === this.periods ? this.part : 0)
    this.periods = periods
    return nearest((periods + this.part) * this.period)
  }

  /** The y from `low` to 1 with G(y) = target. */
  private inverse(target: number, low: number): number {
    let high = 1
    let y = low
    for (let step = 0; step < MOST_STEPS; step++) {
      const angle = TURN * (y + this.phase)
      const error = y - (this.amplitude / TURN) * (Math.cos(angle) - this.cosine0) - target
      if (error > 0) high = y
      else low = y
      const slope = 1 + this.amplitude * Math.sin(angle)
      const newton = y - error / slope
      if (newton >= low && newton <= high) {
        const moved = newton - y
        y = newton
        if (moved * moved < CLOSE * slope) break
      } else {
        // Out of the bracket, or NaN where the rate is 0: halve instead.
        y = (low + high) / 2
      }
    }
    return y
  }

  rateAt(time: number): number {
    return this.mean * (1 + this.amplitude * Math.sin(TURN * (time / this.period + this.phase)))
  }
}
