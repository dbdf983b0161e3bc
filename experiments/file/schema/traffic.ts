/** How requests and jobs arrive, in the experiment file: an open pattern, a closed loop of clients, a published preset, a recording, or several merged. */
import { z } from 'zod'
import { openRequests, trafficPresets } from '../../../workloads/index.ts'
import { suggestion } from '../../../sim/index.ts'
import { show } from '../document.ts'
import { forms, isMap, list, oneOf, rate, section, shared, whole } from '../quantities.ts'
import { resolveTraffic } from '../resolve-traffic.ts'
import { distribution } from './distribution.ts'
import { clients, commonKeys, fails, openPatterns, trainsKey, type OneTrafficData, type TrafficData } from './patterns.ts'
import { recorded } from './replay.ts'

const closedShapes = {
  'closed-loop': section('a closed loop', {
    pattern: oneOf(['closed-loop']),
    clients: whole({ min: 1, max: 1_000_000 }).describe('number of clients; each has at most one request in progress'),
    think: distribution().describe('time from the end of a request to the next request of the same client'),
  }).transform((given): OneTrafficData => given),
}

const published = section('the traffic of a preset', {
  preset: oneOf(trafficPresets.map(({ name }) => name)).describe('a published pattern'),
  rate: rate().optional().describe("replaces the preset's rate"),
  clients: clients.optional().describe('who sends the requests; for web-users the number of users'),
}).transform(({ preset: name, rate, clients }, context): OneTrafficData => {
  const preset = trafficPresets.find((one) => one.name === name)
  if (preset === undefined) return z.NEVER
  const made = preset.traffic(rate ?? preset.rate)
  if (made.pattern !== 'closed-loop') return { ...made, ...(clients === undefined ? {} : { clients }) }
  if (rate !== undefined) return fails(`found a rate for ${name}, a closed loop; accepted: clients`, context)
  return clients === undefined ? made : preset.traffic(clients.count)
})

/** Forms that are chosen by the presence of their key instead of by `pattern`. */
const CHOSEN_BY_KEY = ['preset', 'trace', 'merge'] as const

function chosenFrom<T extends TrafficData>(name: string, shapes: Readonly<Record<string, z.ZodType<T>>>): z.ZodType<T> {
  const patterns = Object.keys(shapes).filter((pattern) => !(CHOSEN_BY_KEY as readonly string[]).includes(pattern))
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

/** Reports the errors of the generator by opening it. Recordings are checked when the scenario is resolved. */
function opens<T extends TrafficData>(made: T, context: { readonly issues: unknown[] }): T {
  if (made.pattern === 'trace' || made.pattern === 'merge') return made
  const constant = { next: () => 0.5, int: () => 0 }
  try {
    openRequests(resolveTraffic(made, ANY_HORIZON), FREE, () => constant)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    context.issues.push({ code: 'custom', message: `found ${error.message}`, input: made })
  }
  return made
}

const ANY_HORIZON = 3600e6
const FREE = { wait: { kind: 'constant', value: 0 }, cpu: { kind: 'constant', value: 1 } } as const

const one = { ...openPatterns(commonKeys), preset: published, trace: recorded }
const MAX_PARTS = 100

const merged = section('merged traffic', {
  pattern: oneOf(['merge']).prefault('merge'),
  merge: list('traffic, each an open pattern, a preset or a recording', chosenFrom<OneTrafficData>('traffic-part', one))
    .min(1, 'found an empty list; accepted: at least one traffic')
    .max(MAX_PARTS, `found more than ${MAX_PARTS} parts; accepted: at most ${MAX_PARTS}`)
    .describe('the arrivals of all parts; the first part keeps the random draws that it has alone'),
}).transform((given, context): TrafficData => {
  given.merge.forEach((part, i) => {
    if (part.pattern === 'closed-loop') {
      context.issues.push({
        code: 'custom',
        path: ['merge', i],
        message: 'found a closed loop, whose clients wait for responses; accepted: an open pattern or a recording, or a separate service',
        input: part,
      })
    }
  })
  return given
})

/** How requests arrive. */
export const traffic = chosenFrom<TrafficData>('traffic', { ...one, ...closedShapes, merge: merged })

/** How jobs arrive: only open patterns without clients, since jobs have no responses and no clients. */
export const arrivals = chosenFrom<OneTrafficData>('arrivals', openPatterns(trainsKey))
