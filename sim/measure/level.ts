/**
 * A level: something that has a value at every time, such as pods pending or bytes requested. It is told of each change where the
 * change happens, and keeps its integral over time; nobody walks over thousands of nodes to measure. Times [µs].
 */
import { Accumulator } from './accumulator.ts'

const EXACT = 9_007_199_254_740_992

export class Level {
  /** The value now. */
  value: number
  /** Largest value since the start or the last reset. */
  max: number
  private since: number
  private last: number
  /** The integral: a plain sum while it is exact, emptied into the accumulator before it is not. */
  private plain = 0
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
    this.plain = 0
    this.area.clear()
    this.since = now
    this.last = now
    this.max = this.value
  }

  /** Value times time since the start or the last reset [value·µs], the nearest double to the exact sum. */
  integral(now: number): number {
    if (now !== this.last) this.advance(now)
    this.empty()
    return this.area.value()
  }

  /** Time-weighted mean; NaN when no time has passed. */
  mean(now: number): number {
    return this.integral(now) / (now - this.since)
  }

  private advance(now: number): void {
    if (!(now > this.last)) throw new RangeError(`level at time ${now}: before its last change, ${this.last}`)
    const sum = this.plain + this.value * (now - this.last)
    // Whole numbers below 2^53 add up exactly, which is nearly always; the two limbs would cost four times as much.
    if (sum < EXACT && sum > -EXACT) this.plain = sum
    else {
      this.empty()
      this.area.add(this.value, now - this.last)
    }
    this.last = now
  }

  private empty(): void {
    this.area.addOne(this.plain)
    this.plain = 0
  }
}
