/** Writes to the API server: their number, and how long clients held them back. */
import type { Time } from '../common/ids.ts'

export class ApiRecorder {
  /** In the window, and the sum of their waits for a token [µs]. */
  requests = 0
  throttled = 0
  private readonly windowStart: Time

  constructor(windowStart: Time) {
    this.windowStart = windowStart
  }

  sent(now: Time, wait: Time): void {
    if (now < this.windowStart) return
    this.requests++
    this.throttled += wait
  }
}
