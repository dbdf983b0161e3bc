/**
 * A pattern whose clock starts later than its source: jobs run while the cluster is aged, but `at: 5m` of a step counts from the measured
 * run. Before that, arrivals are Poisson at the pattern's rate at its start (in the same trains), the rate for which the population at
 * time zero is stationary. Patterns without a clock (poisson, constant, renewal, mmpp, on-off) are used as they are.
 */
import type { RandomStream } from '../../sim/random/index.ts'
import type { OpenTraffic } from '../requests/spec.ts'
import { NEVER, type Arrivals } from './arrivals.ts'
import { openArrivals, patterns } from './open-arrivals.ts'

/** The pattern, started at `late` [µs, whole]. Streams: 'arrivals' for the pattern, 'arrivals/before' for the arrivals before its start. */
export function lateArrivals(traffic: OpenTraffic, late: number, stream: (purpose: string) => RandomStream): Arrivals {
  const pattern = openArrivals(traffic, stream('arrivals'))
  if (late === 0 || !patterns[traffic.pattern].hasClock) return pattern
  const { trains } = traffic
  const before = openArrivals(
    { pattern: 'poisson', rate: pattern.rateAt(0), ...(trains === undefined ? {} : { trains }) },
    stream('arrivals/before'),
  )
  return new LateArrivals(before, pattern, late)
}

class LateArrivals implements Arrivals {
  private readonly before: Arrivals
  private readonly pattern: Arrivals
  private readonly late: number
  private begun = false

  constructor(before: Arrivals, pattern: Arrivals, late: number) {
    this.before = before
    this.pattern = pattern
    this.late = late
  }

  next(): number {
    if (!this.begun) {
      const time = this.before.next()
      if (time < this.late) return time
      this.begun = true
    }
    const time = this.late + this.pattern.next()
    return time < NEVER ? time : Infinity
  }

  rateAt(time: number): number {
    return this.pattern.rateAt(Math.max(0, time - this.late))
  }
}
