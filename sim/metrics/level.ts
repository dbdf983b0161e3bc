/** A quantity that holds a value until it changes: its integral over time is kept where the change happens, so reading it costs nothing in between. */

export class Level {
  value = 0
  /** Largest value since the last reset. */
  max = 0
  private since = 0
  private start = 0
  private area = 0

  add(delta: number, now: number): void {
    this.area += this.value * (now - this.since)
    this.since = now
    this.value += delta
    if (this.value > this.max) this.max = this.value
  }

  set(value: number, now: number): void {
    this.add(value - this.value, now)
    this.value = value
  }

  /** Forgets the past: integral, mean and largest value count from now. */
  reset(now: number): void {
    this.area = 0
    this.since = now
    this.start = now
    this.max = this.value
  }

  /** Value times time since the last reset; exact while it stays below 2^53. */
  integral(now: number): number {
    return this.area + this.value * (now - this.since)
  }

  /** Time-weighted mean since the last reset; NaN when no time has passed. */
  mean(now: number): number {
    return this.integral(now) / (now - this.start)
  }
}
