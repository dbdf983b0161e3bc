/** How requests arrive, in the experiment file: a pattern, a closed loop of clients, a published preset, a recording, or several of them as one. */
import { z } from 'zod'
import { distribution as make, balancedMeans, type DistributionSpec } from '../../sim/random/distributions.ts'
import {
  lifetimeProblem,
  openRequests,
  trafficPresets,
  type ClientsSpec,
  type OpenTraffic,
  type TrafficSpec,
  type TrainsSpec,
} from '../../workloads/index.ts'
import { suggestion } from '../../sim/common/suggestion.ts'
import { show } from './document.ts'
import { duration, forms, isMap, list, number, oneOf, positive, positiveTime, rate, section, share, shared, whole } from './quantities.ts'
import { resolveTraffic } from './resolve-traffic.ts'
import { COUNT, distribution, distributionOf } from './schema-distribution.ts'
import { recorded, type RecordedData } from './schema-replay.ts'

/** Keys that depend on the horizon are filled when the scenario is resolved. */
export type TrafficData = OneTrafficData | { readonly pattern: 'merge'; readonly merge: readonly OneTrafficData[] }
export type OneTrafficData =
  Exclude<TrafficSpec, { pattern: 'trace' | 'merge' }> | RecordedData | Unfilled<'diurnal', 'period'> | Unfilled<'weekly', 'day'>
type Unfilled<P extends string, K extends string> = Omit<Extract<OpenTraffic, { pattern: P }>, K> & { readonly [key in K]: number | null }

const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const

const clients = forms<ClientsSpec>(
  {
    count: whole({ min: 1, max: 1_000_000 }).transform((count): ClientsSpec => ({ count, popularity: 0 })),
    zipf: section('clients by Zipf', {
      count: whole({ min: 1, max: 1_000_000 }).describe('how many'),
      popularity: number({ min: 0, max: 10 })
        .prefault(1)
        .describe('client i sends in proportion to i^-popularity; 0: all alike; web pages have 0.64 to 0.83'),
    }),
  },
  (value) => (isMap(value) ? 'zipf' : 'count'),
)

const trains = section('trains of requests', {
  size: distributionOf(COUNT).describe('requests of a train, the first included; rounded, at least 1, at most 10,000'),
  gap: distribution().describe('from one request of a train to its next'),
})

const trainsKey = {
  trains: trains.optional().describe('requests come in trains, such as a page and its objects; the rate still counts requests'),
}
const commonKeys = {
  ...trainsKey,
  clients: clients
    .optional()
    .describe('who sends: a number, or { count, popularity }; balancers that hash the client read it; default: requests have no client'),
}

const amplitude = share({ min: 0, max: 1 }).prefault('50%').describe('peak over mean, minus one; web traffic has 30% to 60%')
const at = duration()

/** Spec of what is read, or a sentence: what is wrong with the keys together. */
type Made = OneTrafficData | string

const fails = (made: Made, context: { readonly issues: unknown[] }): OneTrafficData => {
  if (typeof made !== 'string') return made
  context.issues.push({ code: 'custom', message: made, input: made })
  return z.NEVER
}

interface Common {
  readonly trains?: TrainsSpec | undefined
  readonly clients?: ClientsSpec | undefined
}

/** Without the keys that were not given. */
function common({ trains, clients }: Common): Pick<OpenTraffic, 'trains' | 'clients'> {
  return { ...(trains === undefined ? {} : { trains }), ...(clients === undefined ? {} : { clients }) }
}

/** Jobs have no clients: their patterns come without that key, and `common` finds it in those that have it. */
const openShapes = (keys: typeof trainsKey) => ({
  poisson: section('poisson traffic', { rate: rate(), pattern: oneOf(['poisson']).prefault('poisson'), ...keys }).transform(
    ({ pattern, rate, ...rest }): OneTrafficData => ({ pattern, rate, ...common(rest) }),
  ),
  constant: section('constant traffic', { rate: rate(), pattern: oneOf(['constant']), ...keys }).transform(
    ({ pattern, rate, ...rest }): OneTrafficData => ({ pattern, rate, ...common(rest) }),
  ),
  renewal: section('traffic with independent gaps', {
    rate: rate().optional().describe('default: one request per mean gap'),
    pattern: oneOf(['renewal']),
    cv: positive()
      .optional()
      .describe('standard deviation over mean of the gaps: gamma below 1, hyperexponential with balanced means above; or gaps'),
    gaps: distribution().optional().describe('distribution of the gaps, scaled to the rate when there is one'),
    ...keys,
  }).transform((given, context): OneTrafficData => fails(renewal(given), context)),
  diurnal: section('diurnal traffic', {
    rate: rate().describe('mean over a period'),
    pattern: oneOf(['diurnal']),
    amplitude,
    period: positiveTime().optional().describe('default: the horizon, so that a run sees one whole wave'),
    phase: share({ min: 0, max: 1 }).prefault(0).describe('part of the period by which the wave is ahead'),
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
    weekend: share({ min: 0, max: 10 }).prefault('70%').describe('a day of the weekend over a workday; sites of work have 60% to 80%'),
    day: positiveTime().optional().describe('length of a day; default: a seventh of the horizon, so that a run sees one whole week'),
    phase: share({ min: 0, max: 1 })
      .prefault('75%')
      .describe('part of a day by which the wave is ahead; 75%: lowest at midnight, highest at noon'),
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
  step: section('step traffic', {
    rate: rate().describe('before the step'),
    pattern: oneOf(['step']),
    to: rate().describe('after the step'),
    at: at.describe('when it comes'),
    until: duration().optional().describe('when the first rate comes back; default: never'),
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
    to: rate().describe('after it'),
    at: at.prefault(0).describe('when it begins'),
    over: duration().describe('how long it takes, along a straight line'),
    ...keys,
  }).transform(({ pattern, rate, to, at, over, ...rest }): OneTrafficData => ({ pattern, rate, to, at, over, ...common(rest) })),
  sawtooth: section('sawtooth traffic', {
    rate: rate().describe('at the beginning of each period'),
    pattern: oneOf(['sawtooth']),
    to: rate().describe('at its end, from where it falls back at once'),
    period: positiveTime(),
    ...keys,
  }).transform(({ pattern, rate, to, period, ...rest }): OneTrafficData => ({ pattern, rate, to, period, ...common(rest) })),
  'flash-crowd': section('flash crowd traffic', {
    rate: rate().describe('the usual rate'),
    pattern: oneOf(['flash-crowd']),
    peak: number({ min: 1 }).prefault(5).describe('peak over usual rate; measured ones have 5 to 10'),
    at: at.describe('when the crowd begins to come'),
    climb: duration().prefault('30s').describe('from the usual rate to the peak, along a straight line'),
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
  mmpp: section('traffic in modes', {
    rate: rate().optional().describe('mean rate; or modes'),
    pattern: oneOf(['mmpp']),
    peak: number({ min: 1 }).optional().describe('two modes: rate of the high one over the mean; default 5'),
    share: share({ min: 0.0001, max: 0.9999 }).optional().describe('share of time in the high mode, at most 1/peak; default 10%'),
    dwell: positiveTime().optional().describe('mean stay in the high mode; default 2m'),
    modes: list(
      'modes',
      section('a mode', { rate: rate(), dwell: positiveTime().describe('mean stay, exponential; then one of the others') }),
    )
      .min(2, 'found fewer than 2 modes; accepted: at least 2')
      .max(1000, 'found more than 1000 modes; accepted: at most 1000')
      .optional()
      .describe('or the modes themselves'),
    ...keys,
  }).transform((given, context): OneTrafficData => fails(mmpp(given), context)),
  'on-off': section('traffic of on/off sources', {
    rate: rate().describe('mean of all sources together'),
    pattern: oneOf(['on-off']),
    sources: whole({ min: 1, max: 100_000 }).prefault(100).describe('how many'),
    alpha: number({ min: 1.06, max: 1.99 })
      .prefault(1.4)
      .describe('of the Pareto periods; the Hurst parameter is (3 - alpha) / 2: 1.4 for 0.8'),
    on: positiveTime().prefault('1s').describe('mean time that a source sends'),
    off: positiveTime().prefault('9s').describe('mean time that it is silent'),
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

const closedShapes = {
  'closed-loop': section('a closed loop', {
    pattern: oneOf(['closed-loop']),
    clients: whole({ min: 1, max: 1_000_000 }).describe('each has at most one request under way'),
    think: distribution().describe('from the end of a request to the next one of the same client'),
  }).transform((given): OneTrafficData => given),
}

const published = section('the traffic of a preset', {
  preset: oneOf(trafficPresets.map(({ name }) => name)).describe('a published pattern'),
  rate: rate().optional().describe("in place of the preset's"),
  clients: clients.optional().describe('who sends; for web-users a number: how many users'),
}).transform(({ preset: name, rate, clients }, context): OneTrafficData => {
  const preset = trafficPresets.find((one) => one.name === name)
  if (preset === undefined) return z.NEVER
  const made = preset.traffic(rate ?? preset.rate)
  if (made.pattern !== 'closed-loop') return { ...made, ...(clients === undefined ? {} : { clients }) }
  if (rate !== undefined) return fails(`found a rate for ${name}, a closed loop; accepted: clients`, context)
  return clients === undefined ? made : preset.traffic(clients.count)
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
  if (problem !== '') return `found gaps that are none: ${problem.replace('lifetime: ', '')}`
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
    return `found a peak of ${high} times the mean for ${part * 100}% of the time, which alone is more than the mean; accepted: peak × share at most 1`
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

/** Keys that say by themselves what is meant. */
const SPEAKING = ['preset', 'trace', 'merge'] as const

function chosenFrom<T extends TrafficData>(name: string, shapes: Readonly<Record<string, z.ZodType<T>>>): z.ZodType<T> {
  const patterns = Object.keys(shapes).filter((pattern) => !(SPEAKING as readonly string[]).includes(pattern))
  const opened = Object.fromEntries(Object.entries(shapes).map(([pattern, shape]) => [pattern, shape.transform(opens)]))
  return shared(
    name,
    forms<T>(opened, (value) => {
      const pattern = isMap(value) ? value['pattern'] : undefined
      if (isMap(value) && 'merge' in value && 'merge' in shapes && (pattern === undefined || pattern === 'merge')) return 'merge'
      if (isMap(value) && 'trace' in value && 'trace' in shapes && (pattern === undefined || pattern === 'trace')) return 'trace'
      if (pattern === undefined) return isMap(value) && 'preset' in value && 'preset' in shapes ? 'preset' : 'poisson'
      if (typeof pattern === 'string' && patterns.includes(pattern)) return pattern
      return {
        wrong: `found the pattern ${show(pattern)}; accepted: ${patterns.join(', ')}${typeof pattern === 'string' ? suggestion(pattern, patterns) : ''}`,
      }
    }),
  )
}

/** What the generator itself has against the numbers, found out by opening it. A recording is looked through when the scenario is resolved. */
function opens<T extends TrafficData>(made: T, context: { readonly issues: unknown[] }): T {
  if (made.pattern === 'trace' || made.pattern === 'merge') return made
  const still = { next: () => 0.5, int: () => 0 }
  try {
    openRequests(resolveTraffic(made, ANY_HORIZON), FREE, () => still)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    context.issues.push({ code: 'custom', message: `found ${error.message}`, input: made })
  }
  return made
}

const ANY_HORIZON = 3600e6
const FREE = { wait: { kind: 'constant', value: 0 }, cpu: { kind: 'constant', value: 1 } } as const

const one = { ...openShapes(commonKeys), preset: published, trace: recorded }
const MOST_PARTS = 100

const merged = section('merged traffic', {
  pattern: oneOf(['merge']).prefault('merge'),
  merge: list('traffic, each an open pattern, a preset or a recording', chosenFrom<OneTrafficData>('traffic-part', one))
    .min(1, 'found an empty list; accepted: at least one traffic')
    .max(MOST_PARTS, `found more than ${MOST_PARTS} parts; accepted: at most ${MOST_PARTS}`)
    .describe('all that comes in any of these; the first has the luck that it has alone'),
}).transform((given, context): TrafficData => {
  given.merge.forEach((part, i) => {
    if (part.pattern === 'closed-loop') {
      context.issues.push({
        code: 'custom',
        path: ['merge', i],
        message: 'found a closed loop, whose clients wait for answers; accepted: an open pattern or a recording, or a service of its own',
        input: part,
      })
    }
  })
  return given
})

/** How requests arrive: everything above. */
export const traffic = chosenFrom<TrafficData>('traffic', { ...one, ...closedShapes, merge: merged })

/** How jobs arrive: the open patterns. A closed loop would need answers, and clients are of requests. */
export const arrivals = chosenFrom<OneTrafficData>('arrivals', openShapes(trainsKey))
