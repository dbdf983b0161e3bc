/** From the parts of a finished run to the standard metrics (standard.ts has their definitions, id by id). */
import type { Cluster } from '../cluster/cluster.ts'
import type { NodeTemplate } from '../cluster/spec.ts'
import { PodPhase } from '../cluster/views.ts'
import { countReasons, REASONS, reasonText } from '../cluster/feasibility/reasons.ts'
import type { PodClassId, Time } from '../common/ids.ts'
import type { SimulationInput } from '../input.ts'
import type { ApiRecorder } from '../measure/api-recorder.ts'
import type { BatchRecorder } from '../measure/batch-recorder.ts'
import type { ChangeRecorder } from '../measure/change-recorder.ts'
import { Histogram, type SparseHistogram } from '../measure/histogram.ts'
import type { Imbalance } from '../measure/imbalance.ts'
import { SLOWDOWN_UNIT, type JobRecorder } from '../measure/job-recorder.ts'
import type { NodeRecorder } from '../measure/node-recorder.ts'
import type { PodRecorder } from '../measure/pod-recorder.ts'
import type { ScalingRecorder } from '../measure/scaling-recorder.ts'
import type { SchedulingRecorder } from '../measure/scheduling-recorder.ts'
import type { StateRecorder } from '../measure/state-recorder.ts'
import type { DeschedulingRecorder } from '../measure/descheduling-recorder.ts'
import type { ImageRecorder } from '../measure/image-recorder.ts'
import type { PressureRecorder } from '../measure/pressure-recorder.ts'
import type { StorageRecorder } from '../measure/storage-recorder.ts'
import type { Network } from '../network/network.ts'
import type { Clients } from '../serving/clients.ts'
import type { Engines } from '../serving/inference/engines.ts'
import type { CpuShares } from '../serving/cpu-shares.ts'
import type { Servers } from '../serving/servers.ts'
import type { Assessor } from './assessor.ts'
import { apiMetrics } from './api-metrics.ts'
import { admissionMetrics, type AdmissionMetricsRun } from './admission-metrics.ts'
import { balancingMetrics } from './balancing-metrics.ts'
import { batchMetrics } from './batch-metrics.ts'
import { deschedulingMetrics } from './descheduling-metrics.ts'
import { changeMetrics } from './change-metrics.ts'
import type { RunCourses } from './courses.ts'
import { disturbanceMetrics, marksOf } from './disturbance-metrics.ts'
import { RequestTotals } from './request-metrics.ts'
import type { RunResult } from './results.ts'
import type { Sampler } from './sampler.ts'
import { requestsPerPod, scopes } from './scopes.ts'
import { put, putQuantile, type Sheet } from './sheet.ts'
import { METRICS } from './standard.ts'
import { inferenceMetrics } from './inference-metrics.ts'
import { imageMetrics } from './image-metrics.ts'
import { stateMetrics, storageMetrics } from './storage-metrics.ts'

/** What the metrics are made from. */
export interface OutcomeRun extends AdmissionMetricsRun {
  readonly input: SimulationInput
  readonly simulator: { readonly events: number }
  readonly times: { readonly origin: Time; readonly windowStart: Time; readonly end: Time }
  readonly cluster: Cluster
  readonly clients: Clients
  readonly imbalance: readonly Imbalance[]
  readonly servers: Servers
  readonly network: Network
  readonly engines: Engines | null
  readonly shares: CpuShares
  readonly pods: PodRecorder
  readonly jobs: JobRecorder
  readonly nodeLevels: NodeRecorder
  readonly scaling: ScalingRecorder
  readonly scheduling: SchedulingRecorder
  readonly changes: ChangeRecorder
  readonly images: ImageRecorder
  readonly pressure: PressureRecorder
  readonly storage: StorageRecorder
  readonly descheduling: DeschedulingRecorder
  readonly batch: BatchRecorder
  readonly state: StateRecorder
  readonly api: ApiRecorder
  readonly sampler: Sampler
  readonly assessor: Assessor | null
  /** Null: no chart is drawn of this run. */
  readonly courses: RunCourses | null
}

const SECOND = 1e6
const HOUR = 3600 * SECOND
/** Seconds for which the objective has to hold to count as recovered. */
const HOLD = 300

/** The results of a finished run; `now` is the horizon. */
export function outcome(run: OutcomeRun, now: Time, notes: readonly string[]): RunResult {
  const sheet: Sheet = { metrics: Object.fromEntries(METRICS.map(({ id }) => [id, null])), refused: {} }
  const { latency, underWay } = requestMetrics(run, now, sheet)
  podMetrics(run, sheet)
  jobMetrics(run, sheet)
  nodeMetrics(run, now, sheet)
  scalingMetrics(run, sheet)
  schedulingMetrics(run, sheet)
  apiMetrics(run, sheet)
  admissionMetrics(run, now, sheet)
  if (run.input.descheduler !== undefined) deschedulingMetrics(run.descheduling, sheet)
  balancingMetrics(run, now, sheet)
  inferenceMetrics(run.engines, now, run.input.horizon - run.input.warmup, sheet)
  batchMetrics(run.batch, run.input.batch, sheet)
  changeMetrics(run, now, sheet)
  disturbanceMetrics(run, sheet)
  stateMetrics(run.state, run.input.orchestration?.stateful !== undefined, now, sheet)
  imageMetrics(run.images, run.input.orchestration?.images, sheet)
  storageMetrics(run.storage, run.input.orchestration?.storage, now, sheet)
  run.assessor?.put(sheet, now)
  const byScope = scopes(run, now)
  const grid = run.sampler.nodeGrid()
  return {
    metrics: sheet.metrics,
    refused: sheet.refused,
    latency: latency.toSparse(),
    latencyByService: latencyByService(run),
    ...(underWay.count === 0 ? {} : { underWay: underWay.toSparse() }),
    ...(byScope.length === 0 ? {} : { scopes: byScope }),
    pending: run.pods.pending.toSparse(),
    ...(grid === undefined ? {} : { nodeGrid: grid }),
    ...run.courses?.result(),
    ...marks(run),
    ...objectEvents(run),
    ...decisions(run),
    series: run.sampler.table(),
    events: run.simulator.events,
    notes: [...notes, ...unplaceable(run)],
  }
}

/** All who send to a service together, clients and calls, by the service's name. */
function latencyByService({ input, clients }: OutcomeRun): Record<string, SparseHistogram> {
  const entries = input.services.map(({ name }, service): [string, SparseHistogram] => {
    const all = new Histogram()
    for (const { spec, ledger } of clients.all) if (spec.service === service) all.merge(ledger.latency)
    return [name, all.toSparse()]
  })
  return Object.fromEntries(entries)
}

/** Events that the run has kept. */
function objectEvents({ changes, times }: OutcomeRun): Pick<RunResult, 'objectEvents'> {
  if (changes.events === null) return {}
  const since = (time: Time): number => (time - times.origin) / SECOND
  const list = changes.events.list().map(({ first, last, ...event }) => ({ ...event, first: since(first), last: since(last) }))
  return { objectEvents: { list, dropped: changes.events.dropped } }
}

/** Decisions that the run has kept. */
function decisions({ scheduling, times }: OutcomeRun): Pick<RunResult, 'decisions'> {
  if (scheduling.decisions === null) return {}
  const { seen, every } = scheduling.decisions
  const since = (time: Time): number => (time - times.origin) / SECOND
  const list = scheduling.decisions.list().map((one) => ({ ...one, time: since(one.time), created: since(one.created) }))
  return { decisions: { list, seen, every } }
}

function marks(run: OutcomeRun): Pick<RunResult, 'marks'> {
  const found = marksOf(run)
  return found.length === 0 ? {} : { marks: found }
}

function requestMetrics(run: OutcomeRun, now: number, sheet: Sheet): RequestTotals {
  const { clients, input } = run
  const totals = new RequestTotals()
  if (clients.list.length === 0) return totals
  for (const { ledger } of clients.list) totals.add(ledger)
  totals.put(sheet, input.horizon - input.warmup)
  const minutes = violationMinutes({ clients, input })
  put(sheet, 'slo-violation-minutes', minutes)
  if (Number.isNaN(minutes)) sheet.refused['slo-violation-minutes'] = 'the window holds no whole minute'
  if (input.clients.some(({ flow }) => flow !== undefined)) {
    for (const id of OF_SINGLE_REQUESTS) {
      sheet.metrics[id] = null
      sheet.refused[id] = 'needs single requests; the load of a service is a flow'
    }
  } else podShares(run, now, sheet)
  if (input.disturbance >= 0) recovery({ clients, input }, sheet)
  return totals
}

/** Metrics that flows do not have. */
const OF_SINGLE_REQUESTS = ['in-flight-imbalance', 'in-flight-p99', 'requests-per-pod', 'retry-amplification', 'unfinished'] as const

/** How evenly requests are spread over the pods of services: at each instant, and over the window. */
function podShares({ imbalance, servers, times: { windowStart, end }, input }: OutcomeRun, now: number, sheet: Sheet): void {
  let weighted = 0
  let busy = 0
  let times: Float64Array = new Float64Array(1)
  for (let server = 0; server < servers.high; server++) {
    if (servers.listed[server] === 0 || servers.pod[server] < 0) continue
    const service = servers.service[server]
    if (service < 0) continue
    imbalance[service].changed(now, servers.inside[server], servers.inside[server], servers.insideSince[server])
  }
  for (const service of imbalance) {
    const mean = service.mean(now)
    if (service.busy > 0) {
      weighted += mean * service.busy
      busy += service.busy
    }
    times = service.addTimes(times)
  }
  put(sheet, 'in-flight-imbalance', weighted / busy)
  put(sheet, 'in-flight-p99', timeQuantile(times, 0.99))
  const perPod = requestsPerPod({ servers, times: { windowStart, end }, input }).filter(Number.isFinite)
  put(sheet, 'requests-per-pod', perPod.length === 0 ? NaN : Math.max(...perPod))
}

/** Smallest count of requests that at least the share q of pod-time did not exceed. */
function timeQuantile(times: Float64Array, q: number): number {
  const total = times.reduce((sum, time) => sum + time, 0)
  if (total === 0) return NaN
  let below = 0
  for (let count = 0; count < times.length; count++) {
    below += times[count]
    if (below >= q * total) return count
  }
  return times.length - 1
}

type Bins = Pick<OutcomeRun, 'clients' | 'input'>

/** Whether any client misses more than its allowance in the seconds from..to. */
function violates({ clients }: Bins, from: number, to: number): boolean {
  for (const { spec, ledger } of clients.list) {
    if (ledger.missedBetween(from, to) / ledger.arrivedBetween(from, to) > spec.allowance) return true // nothing arrived, nothing missed: not a number is not above
  }
  return false
}

/** Of the whole minutes of the window, from its first whole second on; NaN when it has none. */
function violationMinutes(bins: Bins): number {
  const { warmup, horizon } = bins.input
  const begin = Math.ceil(warmup / SECOND)
  const end = Math.floor(horizon / SECOND)
  let minutes = begin + 60 <= end ? 0 : NaN
  for (let from = begin; from + 60 <= end; from += 60) {
    if (violates(bins, from, from + 60)) minutes++
  }
  return minutes
}

function recovery(bins: Bins, sheet: Sheet): void {
  const { disturbance, horizon } = bins.input
  const seconds = Math.floor(horizon / SECOND)
  let good = 0
  for (let second = Math.floor(disturbance / SECOND); second < seconds; second++) {
    good = violates(bins, second, second + 1) ? 0 : good + 1
    if (good === HOLD) {
      put(sheet, 'recovery', Math.max(0, second + 1 - HOLD - disturbance / SECOND))
      return
    }
  }
  sheet.refused['recovery'] = `the objective did not hold for ${HOLD} s between the disturbance and the horizon`
}

function podMetrics({ pods, cluster, input }: OutcomeRun, sheet: Sheet): void {
  for (const { created } of pendingPods(cluster)) pods.unbound(created)
  putQuantile(sheet, 'pending-p50', pods.pending, 0.5, SECOND)
  putQuantile(sheet, 'pending-p99', pods.pending, 0.99, SECOND)
  put(sheet, 'pending-censored', pods.censored)
  if (input.workloads.length > 0) {
    putQuantile(sheet, 'time-to-ready-p99', pods.toReady, 0.99, SECOND)
    put(sheet, 'ready-censored', pods.readyCensored)
  }
  put(sheet, 'scheduling-throughput', pods.throughput)
  put(sheet, 'unscheduled', pods.unscheduled / SECOND)
}

function jobMetrics({ jobs }: OutcomeRun, sheet: Sheet): void {
  jobs.close()
  if (jobs.submitted === 0) return
  putQuantile(sheet, 'job-completion-p50', jobs.completion, 0.5, SECOND)
  putQuantile(sheet, 'job-completion-p99', jobs.completion, 0.99, SECOND)
  put(sheet, 'job-completion-mean', jobs.completion.mean / SECOND)
  put(sheet, 'job-slowdown-mean', jobs.slowdown.mean / SLOWDOWN_UNIT)
  putQuantile(sheet, 'job-slowdown-p99', jobs.slowdown, 0.99, SLOWDOWN_UNIT)
  put(sheet, 'job-waiting-mean', jobs.waiting.mean / SECOND)
  putQuantile(sheet, 'job-waiting-p99', jobs.waiting, 0.99, SECOND)
  put(sheet, 'job-makespan', jobs.makespan / SECOND)
  if (jobs.exhausted && jobs.open > 0) sheet.refused['job-makespan'] = `${jobs.open} jobs were unfinished at the horizon`
  put(sheet, 'job-deadline-misses', (100 * jobs.late) / jobs.withDeadline)
  put(sheet, 'job-fairness', jobs.fairness)
  put(sheet, 'jobs-unfinished', jobs.censored)
}

function nodeMetrics({ nodeLevels, shares, sampler, clients }: OutcomeRun, now: number, sheet: Sheet): void {
  const { allocatable, requested } = nodeLevels
  put(sheet, 'allocation-cpu', (100 * requested.cpu.integral(now)) / allocatable.cpu.integral(now))
  put(sheet, 'allocation-memory', (100 * requested.memory.integral(now)) / allocatable.memory.integral(now))
  put(sheet, 'allocation-gpu', (100 * requested.gpu.integral(now)) / allocatable.gpu.integral(now))
  put(sheet, 'usage-cpu', (100 * shares.delivered.integral(now)) / allocatable.cpu.integral(now))
  put(sheet, 'stranded-cpu', 100 * sampler.strandedCpu.mean)
  put(sheet, 'stranded-gpu', 100 * sampler.strandedGpu.mean)
  put(sheet, 'packing-gap', 100 * sampler.packingGap.mean)
  const demanded = shares.demanded.integral(now)
  put(sheet, 'interference', (100 * (demanded - shares.delivered.integral(now))) / demanded)
  put(sheet, 'nodes-mean', nodeLevels.nodes.mean(now))
  put(sheet, 'nodes-peak', nodeLevels.nodes.max)
  const cost = nodeLevels.cost(now)
  put(sheet, 'cost', cost)
  let good = 0
  for (const { ledger } of clients.list) good += ledger.good
  if (clients.list.length > 0) put(sheet, 'cost-per-million', (cost / good) * 1e6)
}

function scalingMetrics({ scaling, input }: OutcomeRun, sheet: Sheet): void {
  const hours = (input.horizon - input.warmup) / HOUR
  put(sheet, 'scaling-actions', scaling.actions / hours)
  put(sheet, 'scaling-reversals', scaling.reversals / hours)
}

function schedulingMetrics({ scheduling, input }: OutcomeRun, sheet: Sheet): void {
  const { offers } = scheduling
  if (offers !== null) {
    put(sheet, 'offers', offers.made / ((input.horizon - input.warmup) / SECOND))
    put(sheet, 'offers-declined', (100 * offers.unused) / offers.answers)
    put(sheet, 'offers-rescinded', (100 * offers.back) / offers.made)
  }
  if (scheduling.shared) put(sheet, 'scheduling-conflicts', (100 * scheduling.refused) / scheduling.tried)
}

/** Pods pending at the horizon: their number, those that no node of any pool could ever hold, and what excludes the nodes now. */
function unplaceable({ cluster, input }: OutcomeRun): string[] {
  const { pods } = cluster.view
  const byClass = new Map<PodClassId, number>()
  for (const { pod } of pendingPods(cluster)) byClass.set(pods.podClass[pod], (byClass.get(pods.podClass[pod]) ?? 0) + 1)
  if (byClass.size === 0) return []
  let pending = 0
  let nowhere = 0
  let most: PodClassId = -1
  for (const [podClass, count] of byClass) {
    pending += count
    if (!templates(input).some((template) => cluster.fitsEmpty(podClass, template))) nowhere += count
    if (most < 0 || count > byClass.get(most)!) most = podClass
  }
  const notes = [`${pending} pods were waiting for a node at the horizon`]
  if (nowhere > 0) notes.push(`${nowhere} of them fit no node of any pool, not even an empty one`)
  const counts = new Int32Array(REASONS)
  const nodes = countReasons(cluster.view, most, counts)
  notes.push(`the largest group of equal pending pods, ${byClass.get(most)}, could run on ${reasonText(counts, nodes)}`)
  return notes
}

const templates = (input: SimulationInput): NodeTemplate[] => input.pools.flatMap((pool) => [...pool.templates])

function* pendingPods(cluster: Cluster): Generator<{ pod: number; created: number }> {
  const { pods } = cluster.view
  for (let pod = 0; pod < pods.count; pod++) {
    if (pods.phase[pod] === PodPhase.Pending) yield { pod, created: pods.created[pod] }
  }
}
