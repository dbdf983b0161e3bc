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
import { INFERENCE_ROWS } from './inference-rows.ts'
import { JOB_ROWS } from './job-rows.ts'
import { NODE_ROWS } from './node-rows.ts'
import { OFFER_ROWS } from './offer-rows.ts'
import { POD_ROWS } from './pod-rows.ts'
import { REQUEST_ROWS } from './request-rows.ts'
import { SCALING_ROWS } from './scaling-rows.ts'
import { STORAGE_ROWS } from './storage-rows.ts'
import type { Better } from './table.ts'

/** How replications are compared: differences, ratios (log), or points of a share. */
export type Comparison = 'difference' | 'ratio' | 'points'

/** A group for tables and charts. */
export type MetricGroup = 'requests' | 'pods' | 'jobs' | 'nodes' | 'scaling' | 'changes' | 'storage' | 'balancing' | 'inference'

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
  requests: REQUEST_ROWS,
  pods: [...POD_ROWS, ...OFFER_ROWS],
  jobs: [...JOB_ROWS, ...BATCH_ROWS],
  nodes: [...NODE_ROWS, ...ENERGY_ROWS],
  scaling: [...SCALING_ROWS, ...ELASTICITY_ROWS],
  changes: [...CHANGE_ROWS, ...API_ROWS, ...IMAGE_ROWS, ...ADMISSION_ROWS, ...DESCHEDULING_ROWS],
  storage: STORAGE_ROWS,
  balancing: BALANCING_ROWS,
  inference: INFERENCE_ROWS,
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
