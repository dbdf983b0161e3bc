/** What stands around a balancer in the experiment file: subsets, zones, health, slow start, limits, affinity. */
import type { z } from 'zod'
import type { Routing } from '../../../sim/index.ts'
import { duration, number, oneOf, positive, positiveTime, section, share, whole } from '../quantities.ts'

const subset = section('a subset', {
  size: whole({ min: 1, max: 1_000_000 }).describe('backends that each balancer instance uses'),
  method: oneOf(['random', 'deterministic'])
    .prefault('deterministic')
    .describe(
      'deterministic: every backend is used by equally many instances (Site Reliability Engineering, chapter 20); random: each instance draws its own',
    ),
})

const zones = section('routing by zone', {
  mode: oneOf(['aware', 'prefer', 'only', 'priority'])
    .prefault('aware')
    .describe(
      "balancer instances are spread over the zones of the nodes; aware: to the own zone as far as it has its share of backends (Envoy); prefer: to the own zone while it has a usable backend (Kubernetes' traffic distribution); only: to the own zone alone; priority: as Envoy's priority levels, with 140 % overprovisioning",
    ),
  minimum: whole({ min: 0, max: 1_000_000 }).prefault(6).describe("aware: with fewer backends zones are not looked at; default 6, Envoy's"),
  delay: duration().prefault(0).describe('longer way to another zone, one way; default 0'),
})

const outliers = section('outlier ejection', {
  consecutive: whole({ min: 0, max: 1_000_000 })
    .prefault(5)
    .describe("failures in a row; 0: not looked at; default 5, as all defaults here Envoy's"),
  interval: positiveTime().prefault('10s').describe('period of the sweep that ends ejections and looks at success rates'),
  ejection: positiveTime().prefault('30s').describe('time of the first ejection; the k-th lasts k times as long'),
  maxEjection: positiveTime().prefault('300s').describe('longest ejection'),
  maxShare: share({ min: 0, max: 1 }).prefault('10%').describe('largest share of backends that are ejected at once; one always may be'),
  deviations: number({ min: 0, max: 100 })
    .prefault(1.9)
    .describe('a success rate that is this many standard deviations below the mean ejects; 0: not looked at'),
  requests: whole({ min: 1, max: 1_000_000_000 }).prefault(100).describe('requests in an interval that make a success rate count'),
  backends: whole({ min: 1, max: 1_000_000 }).prefault(5).describe('backends that must have as many'),
})

const checks = section('health checks', {
  interval: positiveTime()
    .prefault('2s')
    .describe("time between two checks of a backend, which are probes; default 2s, as all defaults here HAProxy's"),
  fall: whole({ min: 1, max: 1000 }).prefault(3).describe('failed checks in a row after which a backend is left out'),
  rise: whole({ min: 1, max: 1000 }).prefault(2).describe('good checks in a row after which it is used again'),
})

const slowStart = section('slow start', {
  window: positiveTime().describe('time until a backend that was added gets its full share'),
  aggression: positive().prefault(1).describe('the share grows as (time / window)^(1 / aggression); default 1, linear as in nginx'),
  minimum: share({ min: 0, max: 1 }).prefault('10%').describe("share at first; default 10%, Envoy's"),
})

const limits = section('limits', {
  requests: whole({ min: 1 })
    .optional()
    .describe('requests in flight from one balancer instance, more are rejected (circuit breaking); default: none'),
  perBackend: whole({ min: 1 }).optional().describe('of them at one backend, more are held until one ends; default: none'),
  pending: whole({ min: 0 }).optional().describe('requests that an instance holds, more are rejected; default: none'),
})

const affinity = section('session affinity', {
  timeout: positiveTime()
    .prefault('3h')
    .describe("a client is forgotten after this time without a request; default 3h, Kubernetes' ClientIP"),
})

/** The section of a service. */
export const routing = section('routing', {
  subset: subset.optional().describe('each balancer instance uses a part of the backends'),
  zones: zones.optional().describe('requests stay in the zone of their balancer instance'),
  outliers: outliers.optional().describe('backends that fail are left out for a time (passive checks)'),
  checks: checks.optional().describe('probes of each backend find those that do not answer (active checks)'),
  slowStart: slowStart.optional().describe('a backend that was added gets its full share gradually'),
  limits: limits.optional().describe('bounds of one balancer instance'),
  affinity: affinity.optional().describe('requests of a client go to the backend of its last request'),
  panic: share({ min: 0, max: 1 })
    .prefault('50%')
    .describe("share of usable backends below which health is ignored; default 50%, Envoy's; 0: never"),
})

/** The section, parsed; limits that were not given are absent. */
export type RoutingData = z.infer<typeof routing>

/** Without limits there are none: a plan is JSON, which has no Infinity. */
export type RoutingSpec = Omit<Routing, 'limits'> & {
  readonly limits?: { readonly [Key in keyof NonNullable<Routing['limits']>]: number | null }
}

/** The parsed section as plain data. */
export function routingSpec({ limits: given, ...rest }: RoutingData): RoutingSpec {
  const kept = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)) as Omit<RoutingSpec, 'limits'>
  if (given === undefined) return kept
  const { requests = null, perBackend = null, pending = null } = given
  return { ...kept, limits: { requests, perBackend, pending } }
}

/** The plain data as the run has it. */
export function routingOf({ limits: given, ...rest }: RoutingSpec): Routing {
  if (given === undefined) return rest
  const or = (limit: number | null): number => limit ?? Infinity
  return { ...rest, limits: { requests: or(given.requests), perBackend: or(given.perBackend), pending: or(given.pending) } }
}
