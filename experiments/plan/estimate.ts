/**
 * The cost of a run before it is run: its sources are opened and counted as far as that is cheap. Events of retries, autoscaling and
 * contention are not included.
 */
import { Streams } from '../../sim/random/index.ts'
import type { PodSource, RequestSource, SimulationInput } from '../../sim/index.ts'
import type { Plan } from './plan.ts'
import { inputOf } from '../run/run.ts'

/** Expected cost of one run. */
export interface Estimate {
  readonly requests: number
  readonly pods: number
  readonly events: number
  /** CPU time of one thread [s]. */
  readonly seconds: number
}

/** Arrival and end of a request, measured with one service. */
const EVENTS_PER_REQUEST = 2
/** As a request, and an event for its caller. */
const EVENTS_PER_CALL = 3
/** Network delay to the pod and back. */
const NETWORK_EVENTS = 2
/** Arrival, decision, bind, start and end. */
const EVENTS_PER_POD = 5
/** Events per second on one thread, of requests and of pods, measured by bench/whole-run.ts on a small cloud machine. */
const REQUEST_EVENTS_PER_SECOND = 5e6
const POD_EVENTS_PER_SECOND = 5e5
/** Points at which a rate is evaluated. */
const POINTS = 500
/** Pods that are counted one by one; beyond them the count is extrapolated over time. */
const MAX_COUNTED = 100_000

/** The estimate of one run. */
export function estimateOf(input: SimulationInput): Estimate {
  // The streams of the run, so that the same pods are counted that will arrive.
  const streams = new Streams(input.seed, input.replication)
  const offered = new Float64Array(input.services.length)
  let requests = 0
  let requestEvents = 0
  for (const client of input.clients) {
    if (client.flow !== undefined) continue
    const arrived = arrivals(
      client.requests((purpose) => streams.stream(`${purpose}/${client.name}`)),
      input.horizon,
    )
    requests += arrived
    offered[client.service] += arrived
    requestEvents += arrived * (EVENTS_PER_REQUEST + (input.services[client.service].networkDelay > 0 ? NETWORK_EVENTS : 0))
  }
  for (const { service, count } of callsOf(input, offered))
    requestEvents += count * (EVENTS_PER_CALL + (input.services[service].networkDelay > 0 ? NETWORK_EVENTS : 0))
  const pods = input.background.reduce(
    (sum, { name, pods: open }) =>
      sum +
      podsOf(
        open((purpose) => streams.stream(`${purpose}/background/${name}`)),
        input,
      ),
    0,
  )
  const podEvents = EVENTS_PER_POD * pods
  return {
    requests: Math.round(requests),
    pods: Math.round(pods),
    events: Math.round(requestEvents + podEvents),
    seconds: requestEvents / REQUEST_EVENTS_PER_SECOND + podEvents / POD_EVENTS_PER_SECOND,
  }
}

/** Calls to each service, without retries. `offered` are the requests to each service, from outside at first; those of calls are added to it. */
function callsOf({ services, workloads, calls = [] }: SimulationInput, offered: Float64Array): { service: number; count: number }[] {
  const made = services.map(() => 0)
  const visited = new Uint8Array(services.length)
  const visit = (service: number): void => {
    if (visited[service] === 1) return
    visited[service] = 1
    // What calls this service is counted first; calls have no cycle.
    for (const workload of workloads) {
      for (const step of workload.steps ?? []) {
        if (!('calls' in step)) continue
        for (const row of step.calls) {
          if (calls[row].service !== service) continue
          visit(workload.service)
          made[service] += offered[workload.service] * calls[row].share
        }
      }
    }
    offered[service] += made[service]
  }
  services.forEach((_, service) => visit(service))
  return made.map((count, service) => ({ service, count }))
}

/** The integral of the rate over the horizon, by the midpoint rule. */
function arrivals(source: RequestSource, horizon: number): number {
  let sum = 0
  for (let i = 0; i < POINTS; i++) sum += source.rateAt(((i + 0.5) * horizon) / POINTS)
  return (sum * horizon) / POINTS / 1e6
}

function podsOf(source: PodSource, { ageing, horizon }: SimulationInput): number {
  const end = horizon + (source.stationary ? ageing : 0)
  let count = 0
  let atStart = 0
  for (let time = source.next(); time <= end; time = source.next()) {
    count++
    if (time === 0) atStart = count
    else if (count - atStart >= MAX_COUNTED) return atStart + ((count - atStart) * end) / time
  }
  return count
}

/** One estimate per variant, and the wall time of all runs on `jobs` threads [s]. */
export async function estimatesOf(plan: Plan, jobs: number): Promise<{ readonly variants: readonly Estimate[]; readonly seconds: number }> {
  const variants = await Promise.all(
    plan.variants.map(async ({ scenario }) => estimateOf(await inputOf({ scenario, seed: plan.seed, replication: 0 }))),
  )
  const threads = Math.min(jobs, plan.runs.length)
  return { variants, seconds: plan.runs.reduce((sum, run) => sum + variants[run.variant].seconds, 0) / threads }
}
