/** The arrival process that a spec names, after a check of all its numbers. */
import { distribution, type RandomStream } from '../../sim/random/index.ts'
import type { OpenTraffic, Pattern, TrafficSpec, TrainsSpec } from '../requests/spec.ts'
import type { Arrivals } from './arrivals.ts'
import { ConstantArrivals } from './constant.ts'
import { DiurnalArrivals } from './diurnal.ts'
import { FlashCrowdArrivals } from './flash-crowd.ts'
import { MmppArrivals } from './mmpp.ts'
import { OnOffArrivals } from './on-off.ts'
import { PoissonArrivals } from './poisson.ts'
import { RampArrivals } from './ramp.ts'
import { RenewalArrivals } from './renewal.ts'
import { SawtoothArrivals } from './sawtooth.ts'
import { StepArrivals } from './step.ts'
import { meanLength, TrainArrivals } from './trains.ts'
import { WeeklyArrivals } from './weekly.ts'

/** Throws a RangeError for a rate, time or amplitude that has no meaning, and for a closed loop, whose arrivals depend on answers. */
export function openArrivals(traffic: TrafficSpec, stream: RandomStream): Arrivals {
  if (traffic.pattern === 'closed-loop') throw new RangeError('closed-loop traffic where nothing is answered; accepted: an open pattern')
  if (traffic.pattern === 'trace') throw new RangeError('recorded requests where no requests come; accepted: an open pattern')
  if (traffic.pattern === 'merge') throw new RangeError('merged requests where one pattern is meant; accepted: an open pattern')
  const { trains } = traffic
  if (trains === undefined) return process(traffic, stream)
  checkTrains(trains)
  return new TrainArrivals(process(times(traffic, 1 / meanLength(trains.size)), stream), trains.size, trains.gap, stream)
}

/** The same traffic with all its rates multiplied. */
export function times<T extends Pattern>(traffic: T, factor: number): T {
  return { ...traffic, rate: traffic.rate * factor, ...('to' in traffic ? { to: traffic.to * factor } : {}) }
}

function process(traffic: OpenTraffic, stream: RandomStream): Arrivals {
  const check = checksOf(traffic.pattern)
  from0('rate', traffic.rate)
  switch (traffic.pattern) {
    case 'poisson':
      return new PoissonArrivals(traffic.rate, stream)
    case 'constant':
      return new ConstantArrivals(traffic.rate)
    case 'renewal':
      return new RenewalArrivals(traffic.rate, traffic.gaps, stream)
    case 'diurnal':
      check.above0('period', traffic.period)
      check.wave(traffic.amplitude, traffic.phase, 'periods')
      return new DiurnalArrivals(traffic.rate, traffic.amplitude, traffic.period, traffic.phase, stream)
    case 'weekly':
      check.above0('day', traffic.day)
      check.wave(traffic.amplitude, traffic.phase, 'days')
      from0('weekend', traffic.weekend)
      check.that(Number.isInteger(traffic.first) && traffic.first >= 0 && traffic.first < 7, 'first', traffic.first, '0 (Monday) to 6')
      return new WeeklyArrivals(traffic.rate, traffic.amplitude, traffic.weekend, traffic.day, traffic.phase, traffic.first, stream)
    case 'step':
      from0('to', traffic.to)
      from0('at', traffic.at)
      if (traffic.until !== null && !(traffic.until >= traffic.at && traffic.until < Infinity)) {
        throw new RangeError(`until of step traffic: ${traffic.until} µs; accepted: at or after the step, ${traffic.at} µs`)
      }
      return new StepArrivals(traffic.rate, traffic.to, traffic.at, traffic.until, stream)
    case 'ramp':
      from0('to', traffic.to)
      from0('at', traffic.at)
      from0('over', traffic.over)
      return new RampArrivals(traffic.rate, traffic.to, traffic.at, traffic.over, stream)
    case 'sawtooth':
      from0('to', traffic.to)
      check.above0('period', traffic.period)
      return new SawtoothArrivals(traffic.rate, traffic.to, traffic.period, stream)
    case 'flash-crowd':
      check.that(traffic.peak >= 1 && traffic.peak < Infinity, 'peak', traffic.peak, 'a multiple of the usual rate, from 1')
      from0('at', traffic.at)
      from0('climb', traffic.climb)
      from0('hold', traffic.hold)
      from0('decay', traffic.decay)
      return new FlashCrowdArrivals(traffic.rate, traffic.peak, traffic.at, traffic.climb, traffic.hold, traffic.decay, stream)
    case 'mmpp':
      check.that(traffic.modes.length >= 2, 'modes', `${traffic.modes.length} of them`, 'at least 2')
      for (const { factor, dwell } of traffic.modes) {
        from0('factor', factor)
        check.above0('dwell', dwell)
      }
      check.that(
        traffic.modes.some(({ factor }) => factor > 0),
        'factors',
        'all 0',
        'at least one above 0',
      )
      return new MmppArrivals(traffic.rate, traffic.modes, stream)
    case 'on-off':
      check.that(
        Number.isInteger(traffic.sources) && traffic.sources >= 1 && traffic.sources <= MAX_SOURCES,
        'sources',
        traffic.sources,
        `a whole number from 1 to ${MAX_SOURCES}`,
      )
      check.that(
        traffic.alpha > MIN_ALPHA && traffic.alpha < 2,
        'alpha',
        traffic.alpha,
        `above ${MIN_ALPHA} and below 2, where periods have a mean and no variance`,
      )
      check.above0('on', traffic.on)
      check.above0('off', traffic.off)
      return new OnOffArrivals(traffic.rate, traffic.sources, traffic.alpha, traffic.on, traffic.off, stream)
  }
}

const MAX_SOURCES = 1_000_000
/** Closer to 1 the mean comes from periods that no run is long enough to meet. */
const MIN_ALPHA = 1.05

function from0(what: string, value: number): void {
  if (!(value >= 0 && value < Infinity)) throw new RangeError(`${what} of traffic: ${value}; accepted: a finite number from 0`)
}

/** Complaints that name the pattern. */
function checksOf(pattern: string) {
  const that = (holds: boolean, what: string, found: unknown, accepted: string): void => {
    if (!holds) throw new RangeError(`${what} of ${pattern} traffic: ${String(found)}; accepted: ${accepted}`)
  }
  return {
    that,
    above0: (what: string, value: number): void => {
      from0(what, value)
      that(value > 0, what, value, 'above 0')
    },
    wave: (amplitude: number, phase: number, unit: string): void => {
      that(amplitude >= 0 && amplitude <= 1, 'amplitude', amplitude, '0 to 1, or the rate would be negative')
      that(Number.isFinite(phase), 'phase', phase, `a number of ${unit}`)
    },
  }
}

function checkTrains({ size, gap }: TrainsSpec): void {
  for (const [what, spec] of [
    ['size', size],
    ['gap', gap],
  ] as const) {
    try {
      distribution(spec)
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      throw new RangeError(`${what} of trains: ${error.message}`, { cause: error })
    }
  }
}
