/**
 * Poisson arrivals whose rate is a sine wave: rate(t) = mean (1 + a sin(2π (t / P + phase))), 0 <= a <= 1, so the peak is 1 + a times the
 * mean. With y = t / P the cumulated rate is mean P G(y), and G(y + 1) = G(y) + 1: the whole periods split off and G is inverted inside
 * one (wave.ts).
 * Plainly it would be thinning: draw at the peak rate and drop the surplus. Inversion wastes no draw, and arrival k of any rate,
 * amplitude or period comes from the same random number.
 */
import { nearest, type RandomStream } from '../../sim/random/index.ts'
import { unitGap, type Arrivals } from './arrivals.ts'
import { Wave } from './wave.ts'

export class DiurnalArrivals implements Arrivals {
  private units = 0
  /** Where the last arrival fell: whole periods, and the part of a period. */
  private periods = 0
  private part = 0
  private readonly mean: number
  private readonly period: number
  private readonly unitsPerPeriod: number
  private readonly wave: Wave
  private readonly stream: RandomStream

  /** Mean rate [1/s], period [µs], phase in periods. */
  constructor(mean: number, amplitude: number, period: number, phase: number, stream: RandomStream) {
    this.mean = mean
    this.period = period
    this.unitsPerPeriod = (mean * period) / 1e6
    this.wave = new Wave(amplitude, phase)
    this.stream = stream
  }

  next(): number {
    if (this.mean === 0) return Infinity
    this.units += unitGap(this.stream)
    const reached = this.units / this.unitsPerPeriod
    const periods = Math.floor(reached)
    this.part = this.wave.inverse(reached - periods, periods === this.periods ? this.part : 0)
    this.periods = periods
    return nearest((periods + this.part) * this.period)
  }

  rateAt(time: number): number {
    return this.mean * this.wave.at(time / this.period)
  }
}
