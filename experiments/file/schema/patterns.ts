/** Open patterns of arrivals in the experiment file: what each key means and the traffic that it describes. */
import { z } from 'zod'
import { balancedMeans, distribution as make, type DistributionSpec } from '../../../sim/random/index.ts'
import { lifetimeProblem, type ClientsSpec, type OpenTraffic, type TrafficSpec, type TrainsSpec } from '../../../workloads/index.ts'
import { duration, forms, isMap, list, number, oneOf, positive, positiveTime, rate, section, share, whole } from '../quantities.ts'
import { COUNT, distribution, distributionOf } from './distribution.ts'
import type { RecordedData } from './replay.ts'

/** Traffic of one pattern. */
export type OneTrafficData =
  Exclude<TrafficSpec, { pattern: 'trace' | 'merge' }> | RecordedData | Unfilled<'diurnal', 'period'> | Unfilled<'weekly', 'day'>
type Unfilled<P extends string, K extends string> = Omit<Extract<OpenTraffic, { pattern: P }>, K> & { readonly [key in K]: number | null }

/** Traffic of the file. Defaults that depend on the horizon are null until the scenario is resolved. */
export type TrafficData = OneTrafficData | { readonly pattern: 'merge'; readonly merge: readonly OneTrafficData[] }

const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const

/** Who sends the requests. */
export const clients = forms<ClientsSpec>(
  {
    count: whole({ min: 1, max: 1_000_000 }).transform((count): ClientsSpec => ({ count, popularity: 0 })),
    zipf: section('clients by Zipf', {
      count: whole({ min: 1, max: 1_000_000 }).describe('number of clients'),
      popularity: number({ min: 0, max: 10 })
        .prefault(1)
        .describe('client i sends in proportion to i^-popularity; 0: all equally; 0.64 to 0.83 measured for web pages'),
    }),
  },
  (value) => (isMap(value) ? 'zipf' : 'count'),
)

const trains = section('trains of requests', {
  size: distributionOf(COUNT).describe('number of requests of a train; rounded, at least 1, at most 10,000'),
  gap: distribution().describe('time between two requests of a train'),
})

/** Keys of every open pattern. */
export const trainsKey = {
  trains: trains.optional().describe('requests arrive in trains, such as a page and its objects; the rate still counts requests'),
}

/** Keys of every open pattern of requests. */
export const commonKeys = {
  ...trainsKey,
  clients: clients
    .optional()
    .describe('who sends: a number, or { count, popularity }; balancers that hash the client read it; default: requests have no client'),
}

const amplitude = share({ min: 0, max: 1 }).prefault('50%').describe('peak over mean, minus one; 30% to 60% for web traffic')
const at = duration()

/** The traffic that the keys describe, or a message when the keys contradict each other. */
type Made = OneTrafficData | string

/** The traffic, or its message as an issue. */
export const fails = (made: Made, context: { readonly issues: unknown[] }): OneTrafficData => {
  if (typeof made !== 'string') return made
  context.issues.push({ code: 'custom', message: made, input: made })
  return z.NEVER
}

interface Common {
  readonly trains?: TrainsSpec | undefined
  readonly clients?: ClientsSpec | undefined
}

/** The optional keys that are given. */
function common({ trains, clients }: Common): Pick<OpenTraffic, 'trains' | 'clients'> {
  return { ...(trains === undefined ? {} : { trains }), ...(clients === undefined ? {} : { clients }) }
}

/** Arrivals at a constant rate. */
const steadyPatterns = (keys: typeof trainsKey) => ({
  poisson: section('poisson traffic', { rate: rate(), pattern: oneOf(['poisson']).prefault('poisson'), ...keys }).transform(
    ({ pattern, rate, ...rest }): OneTrafficData => ({ pattern, rate, ...common(rest) }),
  ),
  constant: section('constant traffic', { rate: rate(), pattern: oneOf(['constant']), ...keys }).transform(
    ({ pattern, rate, ...rest }): OneTrafficData => ({ pattern, rate, ...common(rest) }),
  ),
  renewal: section('traffic with independent gaps', {
    rate: rate().optional().describe('default: 1 / mean of gaps'),
    pattern: oneOf(['renewal']),
    cv: positive()
      .optional()
      .describe(
        'standard deviation over mean of the gaps: gamma distributed below 1, hyperexponential with balanced means from 1 on; or gaps',
      ),
    gaps: distribution().optional().describe('distribution of the gaps, scaled to the rate if one is given'),
    ...keys,
  }).transform((given, context): OneTrafficData => fails(renewal(given), context)),
})

/** Rates that repeat. */
const wavePatterns = (keys: typeof trainsKey) => ({
  diurnal: section('diurnal traffic', {
    rate: rate().describe('mean over a period'),
    pattern: oneOf(['diurnal']),
    amplitude,
    period: positiveTime().optional().describe('default: the horizon, so that a run has one whole period'),
    phase: share({ min: 0, max: 1 }).prefault(0).describe('fraction of the period by which the wave is shifted forward'),
    ...keys,
  }).transform(({ pattern, rate, amplitude, period, phase, ...rest }): OneTrafficData => ({
    pattern,
    rate,
    amplitude,
    period: period ?? null,
    phase,
    ...common(rest),
  })),
  weekly: section('weekly traffic', {
    rate: rate().describe('mean over a week'),
    pattern: oneOf(['weekly']),
    amplitude,
    weekend: share({ min: 0, max: 10 })
      .prefault('70%')
      .describe('rate of a weekend day over that of a workday; 60% to 80% for business sites'),
    day: positiveTime().optional().describe('length of a day; default: a seventh of the horizon, so that a run has one whole week'),
    phase: share({ min: 0, max: 1 })
      .prefault('75%')
      .describe('fraction of a day by which the wave is shifted forward; 75%: lowest at midnight, highest at noon'),
    from: oneOf(WEEKDAYS).prefault('monday').describe('weekday at the start of the run'),
    ...keys,
  }).transform(({ pattern, rate, amplitude, weekend, day, phase, from, ...rest }): OneTrafficData => ({
    pattern,
    rate,
    amplitude,
    weekend,
    day: day ?? null,
    phase,
    first: WEEKDAYS.indexOf(from),
    ...common(rest),
  })),
})

/** Rates that change at one time, or along a line. */
const changePatterns = (keys: typeof trainsKey) => ({
  step: section('step traffic', {
    rate: rate().describe('before the step'),
    pattern: oneOf(['step']),
    to: rate().describe('after the step'),
    at: at.describe('time of the step'),
    until: duration().optional().describe('time at which the first rate returns; default: never'),
    ...keys,
  }).transform(({ pattern, rate, to, at, until, ...rest }): OneTrafficData => ({
    pattern,
    rate,
    to,
    at,
    until: until ?? null,
    ...common(rest),
  })),
  ramp: section('ramp traffic', {
    rate: rate().describe('before the ramp'),
    pattern: oneOf(['ramp']),
    to: rate().describe('after the ramp'),
    at: at.prefault(0).describe('start of the ramp'),
    over: duration().describe('duration of the ramp, which is linear'),
    ...keys,
  }).transform(({ pattern, rate, to, at, over, ...rest }): OneTrafficData => ({ pattern, rate, to, at, over, ...common(rest) })),
  sawtooth: section('sawtooth traffic', {
    rate: rate().describe('at the beginning of each period'),
    pattern: oneOf(['sawtooth']),
    to: rate().describe('at the end of each period; the next one starts at rate again'),
    period: positiveTime(),
    ...keys,
  }).transform(({ pattern, rate, to, period, ...rest }): OneTrafficData => ({ pattern, rate, to, period, ...common(rest) })),
  'flash-crowd': section('flash crowd traffic', {
    rate: rate().describe('the usual rate'),
    pattern: oneOf(['flash-crowd']),
    peak: number({ min: 1 }).prefault(5).describe('peak over usual rate; 5 to 10 measured'),
    at: at.describe('start of the climb'),
    climb: duration().prefault('30s').describe('duration of the climb to the peak, which is linear'),
    hold: duration().prefault('2m').describe('time at the peak'),
    decay: duration().prefault('5m').describe('time constant of the exponential decay'),
    ...keys,
  }).transform(({ pattern, rate, peak, at, climb, hold, decay, ...rest }): OneTrafficData => ({
    pattern,
    rate,
    peak,
    at,
    climb,
    hold,
    decay,
    ...common(rest),
  })),
})

/** Rates that change at random. */
const burstyPatterns = (keys: typeof trainsKey) => ({
  mmpp: section('traffic in modes', {
    rate: rate().optional().describe('mean rate; or modes'),
    pattern: oneOf(['mmpp']),
    peak: number({ min: 1 }).optional().describe('with two modes: rate of the high mode over the mean; default 5'),
    share: share({ min: 0.0001, max: 0.9999 }).optional().describe('share of time in the high mode, at most 1/peak; default 10%'),
    dwell: positiveTime().optional().describe('mean duration of the high mode; default 2m'),
    modes: list(
      'modes',
      section('a mode', { rate: rate(), dwell: positiveTime().describe('mean duration, exponential; then one of the other modes') }),
    )
      .min(2, 'found fewer than 2 modes; accepted: at least 2')
      .max(1000, 'found more than 1000 modes; accepted: at most 1000')
      .optional()
      .describe('or the modes themselves'),
    ...keys,
  }).transform((given, context): OneTrafficData => fails(mmpp(given), context)),
  'on-off': section('traffic of on/off sources', {
    rate: rate().describe('mean of all sources in total'),
    pattern: oneOf(['on-off']),
    sources: whole({ min: 1, max: 100_000 }).prefault(100).describe('number of sources'),
    alpha: number({ min: 1.06, max: 1.99 })
      .prefault(1.4)
      .describe('exponent of the Pareto periods; the Hurst parameter is (3 - alpha) / 2, so 0.8 for 1.4'),
    on: positiveTime().prefault('1s').describe('mean duration in which a source sends'),
    off: positiveTime().prefault('9s').describe('mean duration in which it is silent'),
    ...keys,
  }).transform(({ pattern, rate, sources, alpha, on, off, ...rest }): OneTrafficData => ({
    pattern,
    rate,
    sources,
    alpha,
    on,
    off,
    ...common(rest),
  })),
})

/** The schemas of all open patterns. Jobs have no clients, so `keys` may lack that key. */
export const openPatterns = (keys: typeof trainsKey) => ({
  ...steadyPatterns(keys),
  ...wavePatterns(keys),
  ...changePatterns(keys),
  ...burstyPatterns(keys),
})

interface RenewalData extends Common {
  readonly rate?: number | undefined
  readonly cv?: number | undefined
  readonly gaps?: DistributionSpec | undefined
}

function renewal({ rate, cv, gaps, ...rest }: RenewalData): Made {
  if ((cv === undefined) === (gaps === undefined))
    return `found ${cv === undefined ? 'neither cv nor gaps' : 'both cv and gaps'}; accepted: one of the two`
  if (cv !== undefined) {
    if (rate === undefined) return 'found cv without a rate; accepted: both, or gaps'
    if (cv < 0.01 || cv > 1000) return `found a cv of ${cv}; accepted: 0.01 to 1000 (below: constant)`
    const law: DistributionSpec =
      cv < 1 ? { kind: 'gamma', mean: 1e6, shape: 1 / (cv * cv) } : { kind: 'hyperexponential', ...balancedMeans(1e6, cv) }
    return { pattern: 'renewal', rate, gaps: law, ...common(rest) }
  }
  if (gaps === undefined) return 'found no gaps; accepted: a distribution'
  const problem = lifetimeProblem(gaps)
  if (problem !== '') return `found gaps that cannot be drawn: ${problem.replace('lifetime: ', '')}`
  return { pattern: 'renewal', rate: rate ?? 1e6 / make(gaps).mean, gaps, ...common(rest) }
}

interface MmppData extends Common {
  readonly rate?: number | undefined
  readonly peak?: number | undefined
  readonly share?: number | undefined
  readonly dwell?: number | undefined
  readonly modes?: readonly { readonly rate: number; readonly dwell: number }[] | undefined
}

function mmpp({ rate, peak, share, dwell, modes, ...rest }: MmppData): Made {
  if (modes !== undefined) {
    if (rate !== undefined || peak !== undefined || share !== undefined || dwell !== undefined)
      return 'found modes together with rate, peak, share or dwell; accepted: either modes, or the others'
    const total = modes.reduce((sum, mode) => sum + mode.dwell, 0)
    const mean = modes.reduce((sum, mode) => sum + mode.rate * mode.dwell, 0) / total
    return { pattern: 'mmpp', rate: mean, modes: modes.map((mode) => ({ factor: mode.rate, dwell: mode.dwell })), ...common(rest) }
  }
  if (rate === undefined) return 'found neither rate nor modes; accepted: one of the two'
  const [high, part, stay] = [peak ?? 5, share ?? 0.1, dwell ?? 120e6]
  if (high * part > 1)
    return `found a peak of ${high} times the mean for ${part * 100}% of the time, which is more than the mean by itself; accepted: peak × share at most 1`
  const low = Math.max(0, 1 - high * part) / (1 - part)
  return {
    pattern: 'mmpp',
    rate,
    modes: [
      { factor: high, dwell: stay },
      { factor: low, dwell: (stay * (1 - part)) / part },
    ],
    ...common(rest),
  }
}
