/**
 * Poisson arrivals whose rate is a sine wave: rate(t) = mean × (1 + a sin(2π (t / P + phase))), 0 <= a <= 1, so the peak is 1 + a times
 * the mean. With y = t / P the cumulated rate is mean × P × G(y), and G(y + 1) = G(y) + 1: whole periods are split off and G is inverted
 * within one period (wave.ts).
 * Thinning (draw at the peak rate, drop the surplus) would be simpler; inversion wastes no draw, and arrival k comes from the same random
 * draw at any rate, amplitude and period.
 */
import { nearest, type RandomStream } from '../../sim/random/index.ts'
import { unitGap, type Arrivals } from './arrivals.ts'
import type { PatternDefinition, PatternSpec } from './pattern.ts'
import { Wave } from './wave.ts'

export const diurnal: PatternDefinition<'diurnal'> = {
  name: 'diurnal',
  hasClock: true,
  check(spec, check) {
    check.above0({ period: spec.period })
    check.wave(spec, 'periods')
  },
  open: (spec, stream) => new DiurnalArrivals(spec, stream),
}

class DiurnalArrivals implements Arrivals {
  private units = 0
  /** Position of the last arrival: whole periods, and the fraction of the current one. */
  private periods = 0
  private part = 0
  private readonly mean: number
  private readonly period: number
  private readonly unitsPerPeriod: number
  private readonly wave: Wave
  private readonly stream: RandomStream

  constructor({ rate, amplitude, period, phase }: PatternSpec<'diurnal'>, stream: RandomStream) {
    this.mean = rate
    this.period = period
    this.unitsPerPeriod = (rate * period) / 1e6
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
