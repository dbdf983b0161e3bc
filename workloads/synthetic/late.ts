/**
 * A pattern whose clock begins later than the source: jobs are there and churn while the cluster is aged, but a step `at: 5m` is one of the measured
 * run. Before it, arrivals are Poisson at the rate of its beginning (in the same trains), which is the rate that the population at time zero is stationary for.
 * Patterns that look alike at any time (poisson, constant, renewal, mmpp, on-off) have no clock, and go through.
 */
import type { RandomStream } from '../../sim/random/index.ts'
import type { OpenTraffic } from '../requests/spec.ts'
import { NEVER, type Arrivals } from './arrivals.ts'
import { openArrivals } from './open-arrivals.ts'

const WITH_CLOCK: readonly OpenTraffic['pattern'][] = ['diurnal', 'weekly', 'step', 'ramp', 'sawtooth', 'flash-crowd']

/** Streams: 'arrivals' for the pattern, 'arrivals/before' for what comes until it begins at `late` [µs, whole]. */
export function lateArrivals(traffic: OpenTraffic, late: number, stream: (purpose: string) => RandomStream): Arrivals {
  const pattern = openArrivals(traffic, stream('arrivals'))
  if (late === 0 || !WITH_CLOCK.includes(traffic.pattern)) return pattern
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
