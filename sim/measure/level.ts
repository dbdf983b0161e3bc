/**
 * A level: a quantity that has a value at every time, such as pods pending or bytes requested. Each change is reported where it
 * happens and the level keeps its integral over time, so that no measurement scans all nodes. Times [µs].
 */
import type { Time } from '../common/ids.ts'
import { Accumulator } from './accumulator.ts'

/** 2^53. */
const EXACT = 9_007_199_254_740_992

export class Level {
  /** The value now. */
  value: number
  /** Largest value since the start or the last reset. */
  max: number
  /** Start, or last reset. */
  private since: Time
  /** Time up to which the integral is complete. */
  private last: Time
  /** The integral is `plain` + `area`: a plain sum while that is exact, moved to the accumulator before it would round. */
  private plain = 0
  private readonly area = new Accumulator()

  constructor(value = 0, now: Time = 0) {
    this.value = value
    this.max = value
    this.since = now
    this.last = now
  }

  /** Changes the value by `delta` from now on. */
  add(delta: number, now: Time): void {
    this.set(this.value + delta, now)
  }

  /** Sets the value from now on. */
  set(value: number, now: Time): void {
    if (value === this.value) return
    if (now !== this.last) this.advance(now)
    this.value = value
    if (value > this.max) this.max = value
  }

  /** Discards the past, as at the end of warm-up; the value stays. */
  reset(now: Time): void {
    this.plain = 0
    this.area.clear()
    this.since = now
    this.last = now
    this.max = this.value
  }

  /** Value times time since the start or the last reset [value·µs], the nearest double to the exact sum. */
  integral(now: Time): number {
    if (now !== this.last) this.advance(now)
    this.empty()
    return this.area.value()
  }

  /** Time-weighted mean; NaN when no time has passed. */
  mean(now: Time): number {
    return this.integral(now) / (now - this.since)
  }

  private advance(now: Time): void {
    if (!(now > this.last)) refuseTime(now, this.last)
    const sum = this.plain + this.value * (now - this.last)
    // Whole numbers below 2^53 add up exactly, which is the usual case; the accumulator would cost four times as much.
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

/** Apart from `advance`: V8 would compute the text of the numbers at each change where `advance` is inlined twice (4 % of a request). */
function refuseTime(now: Time, last: Time): never {
  throw new RangeError(`level at time ${now}: before its last change, ${last}`)
}
