/**
 * The delay of launches of a Marathon app whose instances fail: the first failure starts it, each further one multiplies it, and each launch
 * begins it again, so that launches are a delay apart. It is forgotten when its last change is longer ago than the longest delay.
 * Source: Marathon core/launchqueue/impl/RateLimiter.scala, docs/docs/backoff.md.
 */
import type { Time } from '../../common/ids.ts'
import type { LaunchBackOff } from './spec.ts'

export class LaunchDelay {
  private since: Time = 0
  private delay: Time = 0
  private readonly rules: LaunchBackOff

  constructor(rules: LaunchBackOff) {
    this.rules = rules
  }

  /** The earliest time of the next launch; 0: no delay. */
  deadline(now: Time): Time {
    if (this.delay > 0 && now > this.since + this.rules.max) this.delay = 0
    return this.delay === 0 ? 0 : this.since + this.delay
  }

  /** An instance has failed. */
  failed(now: Time): void {
    const { first, factor, max } = this.rules
    const grown = this.deadline(now) === 0 ? first : Math.round(this.delay * factor)
    this.delay = Math.min(grown, max)
    this.since = now
  }

  /** An instance was launched, or runs. */
  advanced(now: Time): void {
    if (this.deadline(now) > 0) this.since = now
  }

  reset(): void {
    this.delay = 0
  }
}
