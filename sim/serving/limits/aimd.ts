/**
 * Additive increase, multiplicative decrease: one more while at least half of the limit is used, a tenth less at a drop or a late answer.
 * Source: Netflix concurrency-limits, AIMDLimit.
 */
import type { Time } from '../../common/ids.ts'
import { bounded, type ConcurrencyLimit, type Limiter } from './limiter.ts'

const BACKOFF = 0.9

export class AimdLimit implements Limiter {
  limit: number
  private readonly spec: ConcurrencyLimit

  constructor(spec: ConcurrencyLimit) {
    this.spec = spec
    this.limit = spec.initial
  }

  left(time: Time, inFlight: number, dropped: boolean): void {
    if (dropped || time > this.spec.timeout) this.limit = bounded(Math.floor(this.limit * BACKOFF), this.spec)
    else if (inFlight * 2 >= this.limit) this.limit = bounded(this.limit + 1, this.spec)
  }
}
