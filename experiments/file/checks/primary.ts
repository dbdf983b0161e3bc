/** The primary metric against the scenario: whether it is defined, and the default. */
import { metricById } from '../../../sim/index.ts'
import type { MetricId } from '../../../sim/index.ts'
import type { Issue } from '../document.ts'
import type { Scenario } from '../scenario.ts'
import type { Replications } from '../schema/experiment.ts'

/** Metrics that are defined only for services with an objective. */
const NEEDS_OBJECTIVE: ReadonlySet<string> = new Set<MetricId>([
  'goodput',
  'slo-misses',
  'slo-violation-minutes',
  'recovery',
  'cost-per-million',
])

/** Issues of a primary metric that is not defined for this scenario. */
export function checkPrimary(primary: string, scenario: Scenario): Issue[] {
  const problem = primaryProblem(primary, scenario)
  return problem === '' ? [] : [{ path: ['primary'], message: `found ${primary}, ${problem}` }]
}

function primaryProblem(primary: string, scenario: Scenario): string {
  const { services, disturbance } = scenario
  const group = metricById(primary)?.group
  if (group === 'requests' && services.length === 0) return 'but there are no services; accepted: a metric of pods or nodes, or a service'
  if (NEEDS_OBJECTIVE.has(primary) && services.every(({ objective }) => objective === null))
    return 'which needs an objective on a service; accepted: objective: 100ms on a service, or another metric'
  if (group === 'jobs') return scenario.batch === undefined ? jobMetricProblem(primary, scenario) : batchMetricProblem(primary, scenario)
  if (primary === 'recovery' && disturbance === null) return 'which needs a disturbance; accepted: disturbance: 5m, or another metric'
  return ''
}

/** Metrics of a stream of jobs, which the Jobs of controllers do not have. */
const OF_SOURCES: ReadonlySet<string> = new Set<MetricId>([
  'job-slowdown-mean',
  'job-slowdown-p99',
  'job-makespan',
  'job-deadline-misses',
  'job-fairness',
])
const OF_SCHEDULES: ReadonlySet<string> = new Set<MetricId>(['schedule-delay', 'schedules-missed'])

function batchMetricProblem(primary: string, scenario: Scenario): string {
  if (OF_SOURCES.has(primary)) return jobMetricProblem(primary, scenario)
  if (OF_SCHEDULES.has(primary) && scenario.batch!.workloads.every(({ controller }) => controller.kind === 'job'))
    return 'but there is no CronJob; accepted: jobs-failed, job-completion-mean, or a CronJob in batch'
  return ''
}

const OF_OBJECTS: ReadonlySet<string> = new Set<MetricId>([
  'jobs-completed',
  'jobs-failed',
  'job-pods-failed',
  'job-restarts',
  ...OF_SCHEDULES,
] as MetricId[])

function jobMetricProblem(primary: string, { jobs }: Scenario): string {
  if (OF_OBJECTS.has(primary)) return 'but there is no batch; accepted: another metric, or a Job or CronJob in workload.batch'
  if (jobs.length === 0) return 'but there are no jobs; accepted: a metric of pods or nodes, or a source of jobs'
  if (primary === 'job-deadline-misses' && jobs.every(({ deadline }) => deadline === null))
    return 'which needs a deadline; accepted: deadline: 3 on a source of jobs, or another metric'
  if (primary === 'job-fairness' && jobs.length === 1 && jobs[0].kind === 'drawn' && jobs[0].tenants.length < 2)
    return 'which needs two tenants; accepted: tenants: 2 on a source of jobs, or another metric'
  if (primary === 'job-makespan' && jobs.some(({ kind, arrivals, inflate }) => kind === 'drawn' || arrivals !== null || inflate !== null))
    return 'which needs a finite set of jobs; accepted: the replay of a trace, or another metric'
  return ''
}

/** The primary metric of a file that names none. */
export function defaultPrimary({ services, jobs, batch }: Scenario): MetricId {
  if (services.some(({ objective }) => objective !== null)) return 'slo-misses'
  if (services.length > 0) return 'latency-p99'
  return jobs.length > 0 || batch !== undefined ? 'job-completion-mean' : 'pending-p99'
}

/** The issue of a selection of the best variant that has nothing to select, or a metric of which neither side is better. */
export function checkSelection({ until }: Replications, primary: string, variants: number): Issue[] {
  if (until === null || !('method' in until)) return []
  const path = ['replications', 'select']
  if (variants < 2) return [{ path, message: `found ${until.method} with one variant; accepted: compare with at least two` }]
  if (metricById(primary)?.better !== 'neither') return []
  return [
    {
      path,
      message: `found ${until.method} with ${primary} as primary, of which neither side is better; accepted: a primary metric with a better side`,
    },
  ]
}
