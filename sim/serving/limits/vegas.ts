/**
 * As TCP Vegas: the queue is the part of the limit that the time beyond the shortest one makes up, and is kept between 3 and 6 times log10 of the limit. The shortest
 * time is measured again after a number of requests of 15 to 30 times the limit.
 * Source: Netflix concurrency-limits, VegasLimit with its defaults.
 */
import type { Time } from '../../common/ids.ts'
import type { RandomStream } from '../../random/stream.ts'
import { bounded, type ConcurrencyLimit, type Limiter } from './limiter.ts'

const ALPHA = 3
const BETA = 6
const PROBE = 30

export class VegasLimit implements Limiter {
  private estimate: number
  private shortest: Time = 0
  private seen = 0
  private jitter: number
  private readonly spec: ConcurrencyLimit
  private readonly random: RandomStream

  constructor(spec: ConcurrencyLimit, random: RandomStream) {
    this.spec = spec
    this.random = random
    this.estimate = spec.initial
    this.jitter = this.drawn()
  }

  get limit(): number {
    return Math.floor(this.estimate)
  }

  left(time: Time, inFlight: number, dropped: boolean): void {
    if (++this.seen >= this.jitter * PROBE * this.estimate) {
      this.jitter = this.drawn()
      this.seen = 0
      this.shortest = time
    } else if (this.shortest === 0 || time < this.shortest) this.shortest = time
    else this.estimate = bounded(this.next(time, inFlight, dropped), this.spec)
  }

  private next(time: Time, inFlight: number, dropped: boolean): number {
    const { estimate } = this
    const step = Math.max(1, Math.floor(Math.log10(this.limit)))
    const queue = Math.ceil(estimate * (1 - this.shortest / time))
    if (dropped) return estimate - step
    if (inFlight * 2 < estimate) return estimate
    if (queue <= step) return estimate + BETA * step
    if (queue < ALPHA * step) return estimate + step
    return queue > BETA * step ? estimate - step : estimate
  }

  private drawn(): number {
    return 0.5 + 0.5 * this.random.next()
  }
}
