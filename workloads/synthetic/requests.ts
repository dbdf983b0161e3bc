/** Requests: an arrival process, and for each arrival its wait and its work, drawn from streams of their own. */
import { distribution, type Distribution } from '../../sim/random/distributions.ts'
import type { RandomStream } from '../../sim/random/stream.ts'
import type { RequestSource } from '../../sim/workload.ts'
import type { TrafficSpec, WorkSpec } from '../spec.ts'
import { nearest } from '../../sim/random/math.ts'
import type { Arrivals } from './arrivals.ts'
import { ConstantArrivals } from './constant.ts'
import { DiurnalArrivals } from './diurnal.ts'
import { PoissonArrivals } from './poisson.ts'
import { StepArrivals } from './step.ts'

/**
 * Opens a service's requests. Streams: 'arrivals', 'wait', 'work', so that request k waits and works the same whatever the rate,
 * and a change of the wait leaves the work untouched. Clients are not told apart: `key` is -1.
 * Throws a RangeError for a rate, time or amplitude that has no meaning.
 */
export function openRequests(traffic: TrafficSpec, work: WorkSpec, stream: (purpose: string) => RandomStream): RequestSource {
  return new SyntheticRequests(openArrivals(traffic, stream('arrivals')), work, stream('wait'), stream('work'))
}

/** The arrival process that a spec names. */
export function openArrivals(traffic: TrafficSpec, stream: RandomStream): Arrivals {
  from0('rate', traffic.rate)
  switch (traffic.pattern) {
    case 'poisson':
      return new PoissonArrivals(traffic.rate, stream)
    case 'constant':
      return new ConstantArrivals(traffic.rate)
    case 'diurnal':
      from0('period', traffic.period)
      if (traffic.period === 0) throw new RangeError('period of diurnal traffic: 0; accepted: above 0')
      if (!(traffic.amplitude >= 0 && traffic.amplitude <= 1)) {
        throw new RangeError(`amplitude of diurnal traffic: ${traffic.amplitude}; accepted: 0 to 1, or the rate would be negative`)
      }
      if (!Number.isFinite(traffic.phase)) throw new RangeError(`phase of diurnal traffic: ${traffic.phase}; accepted: a number of periods`)
      return new DiurnalArrivals(traffic.rate, traffic.amplitude, traffic.period, traffic.phase, stream)
    case 'step':
      from0('to', traffic.to)
      from0('at', traffic.at)
      if (traffic.until !== null && !(traffic.until >= traffic.at && traffic.until < Infinity)) {
        throw new RangeError(`until of step traffic: ${traffic.until} µs; accepted: at or after the step, ${traffic.at} µs`)
      }
      return new StepArrivals(traffic.rate, traffic.to, traffic.at, traffic.until, stream)
  }
}

function from0(what: string, value: number): void {
  if (!(value >= 0 && value < Infinity)) throw new RangeError(`${what} of traffic: ${value}; accepted: a finite number from 0`)
}

/** No work or wait is drawn where it is constant. */
const DRAWN = -1

class SyntheticRequests implements RequestSource {
  wait = 0
  work = 1
  readonly key = -1
  private readonly arrivals: Arrivals
  private readonly waits: Distribution
  private readonly works: Distribution
  private readonly waitStream: RandomStream
  private readonly workStream: RandomStream
  private readonly fixedWait: number
  private readonly fixedWork: number

  constructor(arrivals: Arrivals, work: WorkSpec, waitStream: RandomStream, workStream: RandomStream) {
    this.arrivals = arrivals
    this.waits = distribution(work.wait)
    this.works = distribution(work.cpu)
    this.waitStream = waitStream
    this.workStream = workStream
    this.fixedWait = work.wait.kind === 'constant' ? wholeFrom(0, work.wait.value) : DRAWN
    this.fixedWork = work.cpu.kind === 'constant' ? wholeFrom(1, work.cpu.value) : DRAWN
  }

  next(): number {
    this.wait = this.fixedWait === DRAWN ? wholeFrom(0, this.waits.sample(this.waitStream)) : this.fixedWait
    this.work = this.fixedWork === DRAWN ? wholeFrom(1, this.works.sample(this.workStream)) : this.fixedWork
    return this.arrivals.next()
  }

  rateAt(time: number): number {
    return this.arrivals.rateAt(time)
  }
}

/** Rounded to whole microseconds, and not below `least` (a normal distribution reaches below zero). */
function wholeFrom(least: number, amount: number): number {
  const whole = nearest(amount)
  return whole > least ? whole : least
}
