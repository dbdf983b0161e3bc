/** The assessment in the experiment file: demand of services, power of nodes, carbon of electricity. */
import { z } from 'zod'
import { POWER_CURVES } from '../../../sim/index.ts'
import { duration, forms, list, name, number, oneOf, positiveTime, rate, section } from '../quantities.ts'

const watts = () => number({ min: 0, max: 1_000_000 })

const demand = section('a demand', {
  service: name().describe('name of the service'),
  perPod: rate().describe('requests that one pod serves within the objective, such as 40/s: arrivals over it are the pods that are needed'),
})

const sleep = section('sleep', {
  power: watts().describe('power while asleep [W]'),
  after: duration().prefault('5m').describe('time without a pod after which a node sleeps; default 5m'),
})

const power = section('power', {
  pool: name().optional().describe('of the nodes of this pool; default: of all pools that have none of their own'),
  preset: oneOf(Object.keys(POWER_CURVES) as (keyof typeof POWER_CURVES)[])
    .optional()
    .describe('a published result of SPECpower_ssj2008, at steps of 10 % of the load'),
  idle: watts().optional().describe('power of a node that uses no CPU [W]; linear up to max'),
  max: watts().optional().describe('power of a node that uses all its CPU [W]'),
  curve: list('powers', watts())
    .min(2, 'found fewer than two powers; accepted: at least two')
    .optional()
    .describe('power at equal steps of utilization from 0 to 100 % [W]'),
  sleep: sleep.optional().describe('nodes without pods sleep; default: they draw what they draw at no load'),
}).transform((given, context) => {
  const { preset, idle, max, curve, ...rest } = given
  const ways = [preset !== undefined, idle !== undefined || max !== undefined, curve !== undefined].filter(Boolean).length
  const linear = idle !== undefined && max !== undefined ? [idle, max] : undefined
  const found = preset === undefined ? (curve ?? linear) : [...POWER_CURVES[preset]]
  if (ways === 1 && found !== undefined) return { ...rest, curve: found as readonly number[] }
  const names = Object.keys(given).filter((key) => key !== 'pool' && key !== 'sleep')
  context.issues.push({
    code: 'custom',
    message: `found ${names.length === 0 ? 'no power' : names.join(' and ')}; accepted: one of preset, curve, or idle and max`,
    input: given,
  })
  return z.NEVER
})

const intensity = section('a carbon intensity', {
  at: duration().describe('from this time after the origin on'),
  intensity: number({ min: 0, max: 10_000 }).describe('grams of CO2 equivalent per kWh'),
})

const carbon = forms<readonly { readonly at: number; readonly intensity: number }[]>(
  {
    constant: number({ min: 0, max: 10_000 }).transform((grams) => [{ at: 0, intensity: grams }]),
    series: list('carbon intensities', intensity),
  },
  (value) => (Array.isArray(value) ? 'series' : 'constant'),
)

/** The section of the file. */
export const assessment = section('the assessment', {
  every: positiveTime()
    .prefault('10s')
    .describe('time between two looks at pods and nodes; what is seen holds until the next look; default 10s'),
  demandOver: positiveTime()
    .prefault('60s')
    .describe('time over which arrivals are averaged for the demand, rounded up to whole looks; default 60s'),
  demand: list('demands', demand).prefault([]).describe('services whose elasticity is measured'),
  power: list('powers', power).prefault([]).describe('power of the nodes by their CPU utilization; default: none, no energy'),
  pue: number({ min: 1, max: 10 })
    .prefault(1)
    .describe('power usage effectiveness: energy of the data centre over that of its nodes; default 1'),
  carbon: carbon.prefault([]).describe('carbon intensity of electricity [g/kWh]: a number, or a series of { at, intensity }'),
  carbonPeriod: duration().prefault(0).describe('the carbon series begins again after this time, such as 24h; default 0, it does not'),
}).optional()

/** The section, parsed. */
export type AssessmentData = NonNullable<z.infer<typeof assessment>>
