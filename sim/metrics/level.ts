/**
 * A level: something that has a value at every time, such as pods pending or bytes requested. It is told of each change where the
 * change happens, and keeps its integral over time; nobody walks over thousands of nodes to measure. Times [µs].
 */
import { Accumulator } from './accumulator.ts'

export class Level {
  /** The value now. */
  value: number
  /** Largest value since the start or the last reset. */
  max: number
  private since: number
  private last: number
  private readonly area = new Accumulator()

  constructor(value = 0, now = 0) {
    this.value = value
    this.max = value
    this.since = now
    this.last = now
  }

  add(delta: number, now: number): void {
    this.set(this.value + delta, now)
  }

  set(value: number, now: number): void {
    if (now !== this.last) this.advance(now)
    this.value = value
    if (value > this.max) this.max = value
  }

  /** Forgets the past, as at the end of warm-up; the value stays. */
  reset(now: number): void {
    this.area.clear()
    this.since = now
    this.last = now
    this.max = this.value
  }

  /** Value times time since the start or the last reset [value·µs], the nearest double to the exact sum. */
  integral(now: number): number {
    if (now !== this.last) this.advance(now)
    return this.area.value()
  }

  /** Time-weighted mean; NaN when no time has passed. */
  mean(now: number): number {
    return this.integral(now) / (now - this.since)
  }

  private advance(now: number): void {
    if (!(now > this.last)) throw new RangeError(`level at time ${now}: before its last change, ${this.last}`)
    this.area.add(this.value, now - this.last)
    this.last = now
  }
}
