/**
 * Poisson arrivals with a daily sine wave and quieter (or busier) weekends: two days of seven have `weekend` times the rate of a workday.
 * The mean over a week is `rate`, so a workday has rate × 7 / (5 + 2 weekend). The integral of the wave over a whole day is its mean,
 * whatever the phase: weeks and days are split off, and the wave is inverted within the day, as in diurnal.ts.
 */
import { nearest, type RandomStream } from '../../sim/random/index.ts'
import { unitGap, type Arrivals } from './arrivals.ts'
import type { PatternDefinition, PatternSpec } from './pattern.ts'
import { Wave } from './wave.ts'

export const weekly: PatternDefinition<'weekly'> = {
  name: 'weekly',
  hasClock: true,
  check(spec, check) {
    const { day, weekend, first } = spec
    check.above0({ day })
    check.wave(spec, 'days')
    check.from0({ weekend })
    check.that(Number.isInteger(first) && first >= 0 && first < DAYS, 'first', first, '0 (Monday) to 6')
  },
  open: (spec, stream) => new WeeklyArrivals(spec, stream),
}

const DAYS = 7
const FIRST_WEEKEND_DAY = 5

class WeeklyArrivals implements Arrivals {
  private units = 0
  /** Position of the last arrival: whole days, and the fraction of the current one. */
  private days = 0
  private part = 0
  /** Rate of a workday [1/s]. */
  private readonly workday: number
  /** Length of a day [µs]. */
  private readonly day: number
  /** Arrivals of each day over those of a workday, from the day at time zero on. */
  private readonly factors: Float64Array
  private readonly week: number
  private readonly wave: Wave
  private readonly stream: RandomStream

  constructor({ rate, amplitude, weekend, day, phase, first }: PatternSpec<'weekly'>, stream: RandomStream) {
    this.factors = Float64Array.from({ length: DAYS }, (_, i) => ((first + i) % DAYS < FIRST_WEEKEND_DAY ? 1 : weekend))
    this.week = this.factors.reduce((sum, factor) => sum + factor, 0)
    this.workday = (rate * DAYS) / this.week
    this.day = day
    this.wave = new Wave(amplitude, phase)
    this.stream = stream
  }

  next(): number {
    if (this.workday === 0) return Infinity
    this.units += unitGap(this.stream)
    const reached = (this.units * 1e6) / (this.workday * this.day)
    const weeks = Math.floor(reached / this.week)
    let left = reached - weeks * this.week
    let weekday = 0
    while (weekday < DAYS - 1 && left >= this.factors[weekday]) left -= this.factors[weekday++]
    const days = weeks * DAYS + weekday
    // Rounding may leave slightly more than the last day holds.
    const part = this.factors[weekday] > 0 ? Math.min(left / this.factors[weekday], 1) : 0
    this.part = this.wave.inverse(part, days === this.days ? this.part : 0)
    this.days = days
    return nearest((days + this.part) * this.day)
  }

  rateAt(time: number): number {
    const days = Math.floor(time / this.day)
    const weekday = ((days % DAYS) + DAYS) % DAYS
    return this.workday * this.factors[weekday] * this.wave.at(time / this.day - days)
  }
}
