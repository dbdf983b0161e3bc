/**
 * The standard metrics: the one list that YAML, CSV headings, verdicts, `list metrics` and the report read. Window: from the end
 * of warm-up to the horizon; requests belong to the window by arrival; levels are time-weighted.
 */
import type { Better } from './table.ts'

/** How replications are compared: differences, ratios (log), or points of a share. */
export type Comparison = 'difference' | 'ratio' | 'points'

export interface MetricDefinition {
  readonly id: string
  readonly label: string
  readonly unit: string
  readonly better: Better
  readonly comparison: Comparison
  /** A group for tables and charts. */
  readonly group: 'requests' | 'pods' | 'jobs' | 'nodes' | 'scaling'
  readonly definition: string
}

const metric = (
  group: MetricDefinition['group'],
  id: string,
  label: string,
  unit: string,
  better: Better,
  comparison: Comparison,
  definition: string,
): MetricDefinition => ({ id, label, unit, better, comparison, group, definition })

export const METRICS: readonly MetricDefinition[] = [
  metric('requests', 'latency-p50', 'latency p50', 'ms', 'lower', 'ratio', 'median of client send to last byte, retries included; a request that timed out for good counts with the time until then (at least the timeout), other failures have no latency'),
  metric('requests', 'latency-p99', 'latency p99', 'ms', 'lower', 'ratio', '99th percentile of the same'),
  metric('requests', 'latency-p999', 'latency p99.9', 'ms', 'lower', 'ratio', '99.9th percentile of the same; refused below 100 expected exceedances'),
  metric('requests', 'latency-mean', 'mean latency', 'ms', 'lower', 'ratio', 'mean of the same'),
  metric('requests', 'goodput', 'goodput', 'requests/s', 'higher', 'ratio', 'requests answered within the objective, per second of the window'),
  metric('requests', 'slo-misses', 'SLO misses', '%', 'lower', 'points', 'late, failed, or unfinished past the objective, over arrived'),
  metric('requests', 'errors-refused', 'errors: refused', '%', 'lower', 'points', 'requests whose last try met a pod that no longer listens, over arrived'),
  metric('requests', 'errors-reset', 'errors: reset', '%', 'lower', 'points', 'requests whose connection was reset by a pod that was killed while they waited in its queue, over arrived'),
  metric('requests', 'errors-timed-out', 'errors: timed out', '%', 'lower', 'points', 'requests whose last try ran into the client timeout, over arrived'),
  metric('requests', 'errors-no-backend', 'errors: no backend', '%', 'lower', 'points', 'requests whose last try found no endpoint, over arrived'),
  metric('requests', 'errors-rejected', 'errors: rejected by queue', '%', 'lower', 'points', 'requests whose last try met a full queue, over arrived'),
  metric('requests', 'errors-lost', 'errors: lost with a pod', '%', 'lower', 'points', 'requests in service on a pod when it was killed, over arrived'),
  metric('requests', 'retry-amplification', 'retry amplification', '1', 'lower', 'ratio', 'tries over arrivals'),
  metric('requests', 'slo-violation-minutes', 'SLO-violation minutes', 'min', 'lower', 'difference', 'whole one-minute bins of the window in which some service misses more than its allowance'),
  metric('requests', 'queueing-share', 'queueing share', '%', 'lower', 'points', 'time waiting for a thread (all tries) over latency, sums over answered requests'),
  metric('requests', 'imbalance', 'imbalance', '1', 'lower', 'ratio', 'time mean, while anything is in flight, of the largest over the mean of requests in a pod, over the ready pods of a service (equal capacity); services weighted by that time'),
  metric('requests', 'in-flight-p99', 'requests in flight p99', 'requests', 'lower', 'ratio', '99th percentile over ready pods and time of requests in a pod'),
  metric('requests', 'unfinished', 'unfinished at the horizon', 'requests', 'lower', 'difference', 'requests of the window without an end at the horizon'),
  metric('pods', 'pending-p50', 'pending p50', 's', 'lower', 'difference', 'median of created to bound; unbound pods count with the time until the horizon'),
  metric('pods', 'pending-p99', 'pending p99', 's', 'lower', 'difference', '99th percentile of the same'),
  metric('pods', 'pending-censored', 'pods never bound', 'pods', 'lower', 'difference', 'pods created in the window and unbound at the horizon'),
  metric('pods', 'time-to-ready-p99', 'time to ready p99', 's', 'lower', 'difference', '99th percentile of created to present in endpoints, pods of services; pods that are not ready at the horizon count with the time until then'),
  metric('pods', 'ready-censored', 'pods never ready', 'pods', 'lower', 'difference', 'pods of services created in the window and not ready at the horizon'),
  metric('pods', 'scheduling-throughput', 'scheduling throughput', 'pods/s', 'neither', 'ratio', 'largest one-minute count of binds, per second'),
  metric('pods', 'unscheduled', 'unscheduled', 'pod·s', 'lower', 'difference', 'integral of pods that wait for a node'),
  metric('jobs', 'job-completion-p50', 'job completion p50', 's', 'lower', 'ratio', 'median of submitted to last task through, jobs submitted in the window; an unfinished job counts with the time until the horizon'),
  metric('jobs', 'job-completion-p99', 'job completion p99', 's', 'lower', 'ratio', '99th percentile of the same'),
  metric('jobs', 'job-completion-mean', 'mean job completion', 's', 'lower', 'ratio', 'mean of the same'),
  metric('jobs', 'job-slowdown-mean', 'bounded slowdown, mean', '1', 'lower', 'ratio', 'mean of max(1, completion / max(critical path, 10 s)): the critical path is the longest chain of task durations, of a single task its duration (Feitelson and Rudolph 1998)'),
  metric('jobs', 'job-slowdown-p99', 'bounded slowdown p99', '1', 'lower', 'ratio', '99th percentile of the same'),
  metric('jobs', 'job-waiting-mean', 'mean job waiting', 's', 'lower', 'difference', 'mean of submitted to first task bound; a job of which no task was bound counts with the time until the horizon'),
  metric('jobs', 'job-waiting-p99', 'job waiting p99', 's', 'lower', 'difference', '99th percentile of the same'),
  metric('jobs', 'job-makespan', 'makespan', 's', 'lower', 'ratio', 'first submission to last completion over the whole run; only when every source of jobs has come to its end'),
  metric('jobs', 'job-deadline-misses', 'deadline misses', '%', 'lower', 'points', 'jobs through after their deadline, or unfinished past it, over jobs of the window that have one'),
  metric('jobs', 'job-fairness', 'fairness between tenants', '1', 'higher', 'difference', "Jain's index (sum x)² / (n sum x²) of the tenants' mean bounded slowdowns, n tenants with a job in the window; 1 is equal (Jain, Chiu, Hawe 1984)"),
  metric('jobs', 'jobs-unfinished', 'jobs unfinished', 'jobs', 'lower', 'difference', 'jobs submitted in the window and not through at the horizon'),
  metric('nodes', 'allocation-cpu', 'CPU allocation', '%', 'higher', 'points', 'integral of requests over integral of allocatable'),
  metric('nodes', 'allocation-memory', 'memory allocation', '%', 'higher', 'points', 'the same for memory'),
  metric('nodes', 'allocation-gpu', 'GPU allocation', '%', 'higher', 'points', 'the same for milli-GPU'),
  metric('nodes', 'usage-cpu', 'CPU usage', '%', 'neither', 'points', 'integral of CPU used over integral of allocatable'),
  metric('nodes', 'stranded-cpu', 'stranded CPU', '%', 'lower', 'points', 'free CPU on nodes where no class of the arrival mix fits, weighted by demand, over allocatable; time mean over samples'),
  metric('nodes', 'stranded-gpu', 'stranded GPU', '%', 'lower', 'points', 'fragmentation of free GPU in the sense of Weng et al. 2023, over allocatable GPU; time mean over samples'),
  metric('nodes', 'packing-gap', 'packing gap', '%', 'lower', 'points', 'nodes in use over the continuous lower bound, minus one; time mean over samples'),
  metric('nodes', 'interference', 'interference', '%', 'lower', 'points', 'CPU demanded and not delivered because of other pods on the node, over CPU demanded'),
  metric('nodes', 'nodes-mean', 'nodes, mean', 'nodes', 'lower', 'ratio', 'time mean of nodes paid for'),
  metric('nodes', 'nodes-peak', 'nodes, peak', 'nodes', 'lower', 'ratio', 'largest number of nodes paid for'),
  metric('nodes', 'cost', 'cost', '$', 'lower', 'ratio', 'node time per type times price, over the window'),
  metric('nodes', 'cost-per-million', 'cost per million good requests', '$', 'lower', 'ratio', 'cost over requests answered within the objective, times a million'),
  metric('scaling', 'scaling-actions', 'scaling actions', '1/h', 'lower', 'difference', 'changes of desired replicas or of the number of nodes, per hour'),
  metric('scaling', 'scaling-reversals', 'scaling reversals', '1/h', 'lower', 'difference', 'actions in the other direction than the last one of the same target, within ten minutes of it, per hour'),
  metric('scaling', 'recovery', 'recovery', 's', 'lower', 'difference', 'from the declared disturbance until the objective holds for five minutes: until the first of 300 one-second bins in a row in each of which every service keeps its allowance'),
]

export const metricById = (id: string): MetricDefinition | undefined => METRICS.find((m) => m.id === id)
