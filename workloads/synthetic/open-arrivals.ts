/** The list of arrival patterns, and how the arrivals of a specification are opened after a check of all its numbers. */
import { distribution, type RandomStream } from '../../sim/random/index.ts'
import type { OpenTraffic, TrafficSpec, TrainsSpec } from '../requests/spec.ts'
import type { Arrivals } from './arrivals.ts'
import { constant } from './constant.ts'
import { diurnal } from './diurnal.ts'
import { flashCrowd } from './flash-crowd.ts'
import { mmpp } from './mmpp.ts'
import { onOff } from './on-off.ts'
import { PatternChecks, type Pattern, type PatternDefinition, type PatternName } from './pattern.ts'
import { poisson } from './poisson.ts'
import { ramp } from './ramp.ts'
import { renewal } from './renewal.ts'
import { sawtooth } from './sawtooth.ts'
import { step } from './step.ts'
import { meanLength, TrainArrivals } from './trains.ts'
import { weekly } from './weekly.ts'

/** All patterns, by name. The compiler refuses a pattern of `Pattern` that is missing here. */
export const patterns: { readonly [Name in PatternName]: PatternDefinition<Name> } = {
  poisson,
  constant,
  renewal,
  diurnal,
  weekly,
  step,
  ramp,
  sawtooth,
  'flash-crowd': flashCrowd,
  mmpp,
  'on-off': onOff,
}

/** Throws a RangeError for a rate, time or amplitude out of range, and for traffic that is no open pattern (closed loop, recording, merged parts). */
export function openArrivals(traffic: TrafficSpec, stream: RandomStream): Arrivals {
  if (traffic.pattern === 'closed-loop') throw new RangeError('closed-loop traffic where nothing is answered; accepted: an open pattern')
  if (traffic.pattern === 'trace') throw new RangeError('recorded requests where no requests arrive; accepted: an open pattern')
  if (traffic.pattern === 'merge') throw new RangeError('merged traffic where a single pattern is needed; accepted: an open pattern')
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
  // Each definition takes the specification of its own pattern, which the name guarantees and the compiler cannot follow.
  const definition = patterns[traffic.pattern] as PatternDefinition
  const check = new PatternChecks(traffic.pattern)
  check.from0({ rate: traffic.rate })
  definition.check?.(traffic, check)
  return definition.open(traffic, stream)
}

function checkTrains({ size, gap }: TrainsSpec): void {
  for (const [what, spec] of Object.entries({ size, gap })) {
    try {
      distribution(spec)
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      throw new RangeError(`${what} of trains: ${error.message}`, { cause: error })
    }
  }
}
