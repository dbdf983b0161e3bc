/**
 * The standard metrics: the one list that YAML, CSV headings, verdicts, `list metrics` and the report read. The window goes from the end
 * of warm-up to the horizon; requests belong to it by arrival, pods by creation, jobs by submission; levels are time-weighted.
 */
import { ADMISSION_ROWS } from './admission-rows.ts'
import { API_ROWS } from './api-rows.ts'
import { ELASTICITY_ROWS, ENERGY_ROWS } from './assessment-rows.ts'
import { BALANCING_ROWS } from './balancing-rows.ts'
import { BATCH_ROWS } from './batch-rows.ts'
import { CHANGE_ROWS } from './change-rows.ts'
import { DESCHEDULING_ROWS } from './descheduling-rows.ts'
import { IMAGE_ROWS } from './image-rows.ts'
import { STORAGE_ROWS } from './storage-rows.ts'
import type { Better } from './table.ts'

/** How replications are compared: differences, ratios (log), or points of a share. */
export type Comparison = 'difference' | 'ratio' | 'points'

/** A group for tables and charts. */
export type MetricGroup = 'requests' | 'pods' | 'jobs' | 'nodes' | 'scaling' | 'changes' | 'storage' | 'balancing'

/** What is known of a metric beside its values. */
export interface MetricDefinition {
  readonly id: MetricId
  readonly label: string
  readonly unit: string
  readonly better: Better
  readonly comparison: Comparison
  readonly group: MetricGroup
  readonly definition: string
}

type Row = readonly [id: string, label: string, unit: string, better: Better, comparison: Comparison, definition: string]

const ROWS = {
  requests: [
    [
      'latency-p50',
      'latency p50',
      'ms',
      'lower',
      'ratio',
      "median time from the client's send to the last byte, retries included; a request whose last try timed out counts with the time until then (at least the timeout), other failures have no latency",
    ],
    ['latency-p99', 'latency p99', 'ms', 'lower', 'ratio', '99th percentile of the same times'],
    [
      'latency-p999',
      'latency p99.9',
      'ms',
      'lower',
      'ratio',
      '99.9th percentile of the same times; refused below 100 expected exceedances',
    ],
    ['latency-mean', 'mean latency', 'ms', 'lower', 'ratio', 'mean of the same times'],
    ['goodput', 'goodput', 'requests/s', 'higher', 'ratio', 'requests answered within the objective, per second of the window'],
    ['slo-misses', 'SLO misses', '%', 'lower', 'points', 'late, failed, or unfinished past the objective, over arrived'],
    [
      'errors-refused',
      'errors: refused',
      '%',
      'lower',
      'points',
      'requests whose last try reached a pod that had stopped accepting connections, over arrived',
    ],
    [
      'errors-reset',
      'errors: reset',
      '%',
      'lower',
      'points',
      'requests whose connection was reset because their pod was killed while they were queued in it, over arrived',
    ],
    ['errors-timed-out', 'errors: timed out', '%', 'lower', 'points', 'requests whose last try reached the client timeout, over arrived'],
    ['errors-no-backend', 'errors: no backend', '%', 'lower', 'points', 'requests whose last try found no endpoint, over arrived'],
    [
      'errors-rejected',
      'errors: rejected by queue',
      '%',
      'lower',
      'points',
      'requests whose last try was rejected by a full queue, over arrived',
    ],
    ['errors-lost', 'errors: lost with a pod', '%', 'lower', 'points', 'requests in service on a pod when it was killed, over arrived'],
    [
      'errors-failed',
      'errors: failed',
      '%',
      'lower',
      'points',
      'requests whose last try was answered with an error by a bad release, over arrived',
    ],
    ['retry-amplification', 'retry amplification', '1', 'lower', 'ratio', 'tries over arrived'],
    [
      'slo-violation-minutes',
      'SLO-violation minutes',
      'min',
      'lower',
      'difference',
      'whole one-minute bins of the window in which some service misses more than its allowance',
    ],
    [
      'queueing-share',
      'queueing share',
      '%',
      'lower',
      'points',
      'time queued for a thread (all tries) over latency, sums over answered requests',
    ],
    [
      'in-flight-imbalance',
      'in-flight imbalance',
      '1',
      'lower',
      'ratio',
      'largest number of requests in a ready pod of a service at an instant over the mean of its ready pods (equal capacity), averaged over the time during which any request is in flight; services weighted by that time. With few requests in flight it is near the number of pods whatever the balancer: requests-per-pod says who got how many',
    ],
    [
      'requests-per-pod',
      'requests per pod, largest over mean',
      '1',
      'lower',
      'ratio',
      'tries that entered a pod in the window, largest over mean of the pods of a service that were ready during the whole window; of the service in which it is largest',
    ],
    [
      'in-flight-p99',
      'requests in flight p99',
      'requests',
      'lower',
      'ratio',
      '99th percentile, over ready pods and time, of the number of requests in a pod',
    ],
    [
      'unfinished',
      'unfinished at the horizon',
      'requests',
      'lower',
      'difference',
      'requests of the window that have neither succeeded nor failed at the horizon',
    ],
  ],
  pods: [
    [
      'pending-p50',
      'pending p50',
      's',
      'lower',
      'difference',
      'median time from created to bound; pods unbound at the horizon count with the time until then',
    ],
    ['pending-p99', 'pending p99', 's', 'lower', 'difference', '99th percentile of the same times'],
    [
      'pending-censored',
      'pods never bound',
      'pods',
      'lower',
      'difference',
      'pods unbound at the horizon, those included that were there from the start',
    ],
    [
      'time-to-ready-p99',
      'time to ready p99',
      's',
      'lower',
      'difference',
      '99th percentile of the time from created to present in endpoints, pods of services; pods that are not ready at the horizon count with the time until then',
    ],
    [
      'ready-censored',
      'pods never ready',
      'pods',
      'lower',
      'difference',
      'pods of services created in the window and not ready at the horizon',
    ],
    ['scheduling-throughput', 'scheduling throughput', 'pods/s', 'neither', 'ratio', 'largest one-minute count of binds, per second'],
    ['unscheduled', 'unscheduled', 'pod·s', 'lower', 'difference', 'integral over time of the number of pending pods'],
    [
      'scheduling-conflicts',
      'scheduling conflicts',
      '%',
      'lower',
      'points',
      'binds refused because the cluster had changed since the snapshot that the scheduler decided on, over binds tried; only with a scheduler on snapshots',
    ],
  ],
  jobs: [
    [
      'job-completion-p50',
      'job completion p50',
      's',
      'lower',
      'ratio',
      'median time from submission to the completion of the last task, jobs submitted in the window; an unfinished job counts with the time until the horizon',
    ],
    ['job-completion-p99', 'job completion p99', 's', 'lower', 'ratio', '99th percentile of the same times'],
    ['job-completion-mean', 'mean job completion', 's', 'lower', 'ratio', 'mean of the same times'],
    [
      'job-slowdown-mean',
      'bounded slowdown, mean',
      '1',
      'lower',
      'ratio',
      'mean of max(1, completion / max(critical path, 10 s)); the critical path is the longest chain of task durations, of a single task its duration (Feitelson and Rudolph 1998)',
    ],
    ['job-slowdown-p99', 'bounded slowdown p99', '1', 'lower', 'ratio', '99th percentile of the same ratios'],
    [
      'job-waiting-mean',
      'mean job waiting',
      's',
      'lower',
      'difference',
      'mean time from submission to the first bind of a task; a job with no bound task counts with the time until the horizon',
    ],
    ['job-waiting-p99', 'job waiting p99', 's', 'lower', 'difference', '99th percentile of the same times'],
    [
      'job-makespan',
      'makespan',
      's',
      'lower',
      'ratio',
      'first submission to last completion over the whole run; only when every source of jobs is exhausted',
    ],
    [
      'job-deadline-misses',
      'deadline misses',
      '%',
      'lower',
      'points',
      'jobs completed after their deadline, or unfinished past it, over jobs of the window that have one',
    ],
    [
      'job-fairness',
      'fairness between tenants',
      '1',
      'higher',
      'difference',
      "Jain's index (sum x)² / (n sum x²) of the tenants' mean bounded slowdowns, n tenants with a job in the window; 1 is equal (Jain, Chiu, Hawe 1984)",
    ],
    ['jobs-unfinished', 'jobs unfinished', 'jobs', 'lower', 'difference', 'jobs submitted in the window and unfinished at the horizon'],
    ...BATCH_ROWS,
  ],
  nodes: [
    ['allocation-cpu', 'CPU allocation', '%', 'higher', 'points', 'integral of requested CPU over integral of allocatable CPU'],
    ['allocation-memory', 'memory allocation', '%', 'higher', 'points', 'integral of requested memory over integral of allocatable memory'],
    ['allocation-gpu', 'GPU allocation', '%', 'higher', 'points', 'integral of requested milli-GPU over integral of allocatable milli-GPU'],
    ['usage-cpu', 'CPU usage', '%', 'neither', 'points', 'integral of CPU used over integral of allocatable CPU'],
    [
      'stranded-cpu',
      'stranded CPU',
      '%',
      'lower',
      'points',
      'free CPU on Ready nodes that a pod class does not fit, mean over the classes of the arrival mix weighted by CPU demand, over allocatable CPU; time mean over samples',
    ],
    [
      'stranded-gpu',
      'stranded GPU',
      '%',
      'lower',
      'points',
      'fragmentation of free GPU in the sense of Weng et al. 2023, over allocatable GPU; time mean over samples',
    ],
    [
      'packing-gap',
      'packing gap',
      '%',
      'lower',
      'points',
      'nodes in use over the continuous lower bound, minus one; time mean over samples',
    ],
    [
      'interference',
      'interference',
      '%',
      'lower',
      'points',
      'CPU demanded and not delivered because of other pods on the node, over CPU demanded',
    ],
    ['nodes-mean', 'nodes, mean', 'nodes', 'lower', 'ratio', 'time mean of nodes paid for'],
    ['nodes-peak', 'nodes, peak', 'nodes', 'lower', 'ratio', 'largest number of nodes paid for'],
    ['cost', 'cost', '$', 'lower', 'ratio', 'node time per type times price, over the window'],
    [
      'cost-per-million',
      'cost per million good requests',
      '$',
      'lower',
      'ratio',
      'cost over requests answered within the objective, times a million',
    ],
    ...ENERGY_ROWS,
  ],
  scaling: [
    ['scaling-actions', 'scaling actions', '1/h', 'lower', 'difference', 'changes of desired replicas or of the number of nodes, per hour'],
    [
      'scaling-reversals',
      'scaling reversals',
      '1/h',
      'lower',
      'difference',
      'actions in the opposite direction to the previous one of the same target, within ten minutes of it, per hour',
    ],
    [
      'recovery',
      'recovery',
      's',
      'lower',
      'difference',
      'time from the declared disturbance to the start of the first 300 consecutive one-second bins in each of which every service keeps its allowance',
    ],
    ...ELASTICITY_ROWS,
  ],
  changes: [...CHANGE_ROWS, ...API_ROWS, ...IMAGE_ROWS, ...ADMISSION_ROWS, ...DESCHEDULING_ROWS],
  storage: STORAGE_ROWS,
  balancing: BALANCING_ROWS,
} as const satisfies Record<MetricGroup, readonly Row[]>

/** The id of a metric: a standard one, or a quantile of the latency such as latency-p95. */
export type MetricId = (typeof ROWS)[MetricGroup][number][0] | `latency-p${number}`

/** All metrics, group by group. */
export const METRICS: readonly MetricDefinition[] = (Object.keys(ROWS) as MetricGroup[]).flatMap((group) =>
  ROWS[group].map(([id, label, unit, better, comparison, definition]) => ({ id, label, unit, better, comparison, group, definition })),
)

const byId: ReadonlyMap<string, MetricDefinition> = new Map(METRICS.map((metric) => [metric.id, metric]))

type ScopeRow = readonly [id: string, label: string, unit: string, better: Better, comparison: Comparison, definition: string]

/** Metrics of one service or one call that the whole run does not have. */
const SCOPE_ROWS = [
  ['requests', 'requests', 'requests/s', 'neither', 'ratio', 'first tries sent in the window, per second'],
  [
    'errors-cancelled',
    'errors: cancelled',
    '%',
    'lower',
    'points',
    'calls given up because the request that made them had ended or failed, over arrived',
  ],
] as const satisfies readonly ScopeRow[]

/** Metrics that one service or one call has in common with the whole run. */
const COMMON = [
  'latency-p50',
  'latency-p99',
  'latency-p999',
  'latency-mean',
  'goodput',
  'slo-misses',
  'errors-refused',
  'errors-reset',
  'errors-timed-out',
  'errors-no-backend',
  'errors-rejected',
  'errors-lost',
  'retry-amplification',
  'queueing-share',
  'in-flight-imbalance',
  'requests-per-pod',
  'unfinished',
] as const satisfies readonly MetricId[]

/** The id of a metric of one service or one call. */
export type ScopeMetricId = (typeof SCOPE_ROWS)[number][0] | (typeof COMMON)[number]

/** What is known of a metric of one service or one call beside its values. */
export type ScopeMetricDefinition = Omit<MetricDefinition, 'id' | 'group'> & { readonly id: ScopeMetricId }

/** All metrics of one service or one call. */
export const SCOPE_METRICS: readonly ScopeMetricDefinition[] = [
  ...SCOPE_ROWS.map(([id, label, unit, better, comparison, definition]) => ({ id, label, unit, better, comparison, definition })),
  ...COMMON.map((id) => ({ ...METRICS.find((metric) => metric.id === id)!, id })),
]

/** Percent with at most four decimals, above 0 and below 100. */
const QUANTILE = /^latency-p(0?\.\d{1,4}|[1-9]\d?(?:\.\d{1,4})?)$/

/** The share of a latency quantile that is no standard metric, 0.95 for latency-p95; NaN for any other id. */
export function askedQuantile(id: string): number {
  const percent = byId.has(id) ? null : QUANTILE.exec(id)
  return percent === null || Number(percent[1]) === 0 ? NaN : Number(percent[1]) / 100
}

/** The metric of an id that was read from a file or a command line: standard, or any quantile of the latency such as latency-p95; undefined when there is none. */
export function metricById(id: string): MetricDefinition | undefined {
  const known = byId.get(id)
  if (known !== undefined || Number.isNaN(askedQuantile(id))) return known
  const percent = id.slice('latency-p'.length)
  return {
    id: id as MetricId,
    label: `latency p${percent}`,
    unit: 'ms',
    better: 'lower',
    comparison: 'ratio',
    group: 'requests',
    definition: `latency that ${percent} % of requests do not exceed, of the times of latency-p50`,
  }
}
