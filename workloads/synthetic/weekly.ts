/**
 * Poisson arrivals with a daily wave whose days differ: five workdays, and two days at a weekend that have `weekend` times as much. The mean
 * over a week is `rate`, so a workday has rate × 7 / (5 + 2 weekend). A whole day of the wave cumulates to its mean whatever the phase: weeks
 * and days split off, and the wave is inverted inside the day, as in diurnal.ts.
 */
import { nearest, type RandomStream } from '../../sim/random/index.ts'
import { unitGap, type Arrivals } from './arrivals.ts'
import { Wave } from './wave.ts'

const DAYS = 7
const FIRST_WEEKEND_DAY = 5

export class WeeklyArrivals implements Arrivals {
  private units = 0
  /** Days before the one where the last arrival fell, and the part of that one. */
  private days = 0
  private part = 0
  /** Rate of a workday [1/s]. */
  private readonly workday: number
  /** Length of a day [µs]. */
  private readonly day: number
  /** What the day holds, in workdays, counted from the day at time zero. */
  private readonly factors: Float64Array
  private readonly week: number
  private readonly wave: Wave
  private readonly stream: RandomStream

  /** Mean rate [1/s], length of a day [µs], phase in days; `first`: weekday at time zero, 0 for Monday. */
  constructor(rate: number, amplitude: number, weekend: number, day: number, phase: number, first: number, stream: RandomStream) {
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
    // Rounding may leave a hair more than the last day holds.
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
