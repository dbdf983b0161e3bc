/**
 * How many replicas one metric of a HorizontalPodAutoscaler asks for, before limits and behaviour. Amounts are whole numbers, as in the real
 * code; divisions of amounts are cut to whole numbers.
 * Source: Kubernetes 1.34 pkg/controller/podautoscaler/{replica_calculator,metrics/utilization}.go.
 */
import type { Observation, PodGroup, Readiness, Tolerances } from './observation.ts'

/** What a metric asks for. */
export interface Proposal {
  readonly replicas: number
  /** Value over target, before pods without samples are filled in. */
  readonly ratio: number
  /** Percent of the requests; of utilization targets. */
  readonly utilization?: number
  /** What the status shows. */
  readonly usage: number
}

/** The metric could not be read; the autoscaler does not scale by it. */
export class MetricError extends Error {}

/** Pods of one kind: how many, and the sums of their values and of their requests. */
interface Sum {
  pods: number
  total: number
  requests: number
}

/** Pods that have a sample that counts, and the others by the reason why not. Terminating and failed pods appear in none. */
interface Tally {
  readonly ready: Sum
  readonly unready: Sum
  readonly missing: Sum
}

const isWithin = ({ up, down }: Tolerances, ratio: number): boolean => 1 - down <= ratio && ratio <= 1 + up

/** floor(a * b / c) of whole numbers, exact also beyond 2^53. */
function scaledQuotient(a: number, b: number, c: number): number {
  return Number.isSafeInteger(a * b) ? Math.floor((a * b) / c) : Number((BigInt(a) * BigInt(b)) / BigInt(c))
}

/** Whether a CPU sample does not count because the pod is starting. */
function isStarting(
  { startedAgo, ready, readyChangedAgo, sampledAgo, window }: PodGroup,
  { cpuInitialization, initialDelay }: Readiness,
): boolean {
  if (ready === null || startedAgo === null) return true
  // Samples of a window that began before the pod became ready contain its start-up.
  if (startedAgo < cpuInitialization) return !ready || sampledAgo > readyChangedAgo - window
  return !ready && startedAgo - initialDelay < readyChangedAgo
}

const sum = (): Sum => ({ pods: 0, total: 0, requests: 0 })

function add(to: Sum, { count, requests }: PodGroup, value: number): void {
  to.pods += count
  to.total += count * value
  to.requests += count * requestOf(requests)
}

/** Sums over the pods; `assumed` is the value of a pod without a sample. */
function tallied({ pods, target, readiness }: Observation, assumed: (pod: PodGroup) => number): Tally {
  const tally = { ready: sum(), unready: sum(), missing: sum() }
  for (const pod of pods) {
    if (pod.terminating || pod.phase === 'Failed') continue
    if (pod.phase === 'Pending') add(tally.unready, pod, 0)
    else if (pod.usage === null) add(tally.missing, pod, assumed(pod))
    else if (target.resource === 'cpu' && isStarting(pod, readiness)) add(tally.unready, pod, 0)
    else add(tally.ready, pod, pod.usage)
  }
  return tally
}

function requestOf(requests: readonly number[]): number {
  let all = 0
  for (const request of requests) all += request
  return all
}

/** Ratio of the pods' values to the target; the numbers that the status shows. */
interface Ratio {
  readonly ratio: number
  readonly usage: number
  readonly utilization?: number
}

type RatioOf = (among: Sum) => Ratio

function utilizationRatio(target: number): RatioOf {
  return ({ pods, total, requests }) => {
    if (requests === 0) throw new MetricError('no metrics returned matched known pods')
    const utilization = scaledQuotient(total, 100, requests)
    return { ratio: utilization / target, utilization, usage: Math.floor(total / pods) }
  }
}

function averageRatio(target: number): RatioOf {
  return ({ pods, total }) => {
    const usage = Math.floor(total / pods)
    return { ratio: usage / target, usage }
  }
}

/** Metrics of the pods themselves: a ratio, corrected for pods without samples so that the answer errs on the side of no change. */
function byPods(observation: Observation, ratioOf: RatioOf, missingValue: (pod: PodGroup) => number): Proposal {
  const { currentReplicas, tolerances } = observation
  const { ready, unready, missing } = tallied(observation, missingValue)
  if (ready.pods === 0) throw new MetricError('did not receive metrics for targeted pods (pods might be unready)')
  if ('utilization' in observation.target) refuseWithoutRequests(observation)
  const shown = ratioOf(ready)
  const { ratio } = shown
  const withUnready = unready.pods > 0 && ratio > 1
  if (!withUnready && missing.pods === 0) {
    return { replicas: isWithin(tolerances, ratio) ? currentReplicas : Math.ceil(ratio * ready.pods), ...shown }
  }
  const all = { ...ready }
  if (ratio < 1 || ratio > 1) {
    all.pods += missing.pods
    all.requests += missing.requests
    if (ratio < 1) all.total += missing.total
  }
  if (withUnready) {
    all.pods += unready.pods
    all.requests += unready.requests
  }
  const corrected = ratioOf(all).ratio
  const flipped = (ratio < 1 && corrected > 1) || (ratio > 1 && corrected < 1)
  if (isWithin(tolerances, corrected) || flipped) return { replicas: currentReplicas, ...shown }
  const replicas = Math.ceil(corrected * all.pods)
  const contrary = (corrected < 1 && replicas > currentReplicas) || (corrected > 1 && replicas < currentReplicas)
  return { replicas: contrary ? currentReplicas : replicas, ...shown }
}

/** Object and External metrics with a value for all pods together: in proportion to the ready pods. */
function byValue({ pods, currentReplicas, tolerances }: Observation, usage: number, target: number): Proposal {
  const ratio = usage / target
  if (currentReplicas === 0) return { replicas: Math.ceil(ratio), ratio, usage }
  if (isWithin(tolerances, ratio)) return { replicas: currentReplicas, ratio, usage }
  if (pods.length === 0)
    throw new MetricError('unable to calculate ready pods: no pods returned by selector while calculating replica count')
  const ready = pods.reduce((sum, { count, phase, ready }) => (phase === 'Running' && ready === true ? sum + count : sum), 0)
  return { replicas: Math.ceil(ratio * ready), ratio, usage }
}

/** What the status shows of an average over no pods: Go's conversion of a number that is not finite to int64 on amd64. */
const NO_AVERAGE = -9_223_372_036_854_775_808

/** Object and External metrics with a value per pod. */
function byAverage({ currentReplicas, tolerances }: Observation, usage: number, target: number): Proposal {
  const ratio = usage / (target * currentReplicas)
  return {
    replicas: isWithin(tolerances, ratio) ? currentReplicas : Math.ceil(usage / target),
    ratio,
    usage: currentReplicas === 0 ? NO_AVERAGE : Math.ceil(usage / currentReplicas),
  }
}

function refuseWithoutSamples({ pods, target }: Observation): void {
  for (const { usage } of pods) if (usage !== null) return
  const what = target.resource === undefined ? 'metric m' : `metrics for resource ${target.resource}`
  const api = target.resource === undefined ? 'custom' : 'resource'
  throw new MetricError(`unable to get ${what}: no metrics returned from ${api} metrics API`)
}

function refuseWithoutRequests({ pods, target }: Observation): void {
  for (const { requests } of pods) {
    for (let container = 0; container < requests.length; container++)
      if (requests[container] < 0) throw new MetricError(`missing request for ${target.resource} in container c${container} of a pod`)
  }
}

/** The replicas that a metric asks for. Throws a MetricError when it cannot be read. */
export function proposed(observation: Observation): Proposal {
  const { target, observed } = observation
  if (target.source === 'Object' || target.source === 'External') {
    const usage = observed.reduce((sum, value) => sum + value, 0)
    if ('averageValue' in target) return byAverage(observation, usage, target.averageValue)
    if ('value' in target) return byValue(observation, usage, target.value)
  } else {
    refuseWithoutSamples(observation)
    if ('averageValue' in target) return byPods(observation, averageRatio(target.averageValue), () => target.averageValue)
    if ('utilization' in target) {
      const assumed = Math.max(100, target.utilization)
      return byPods(observation, utilizationRatio(target.utilization), (pod) => scaledQuotient(requestOf(pod.requests), assumed, 100))
    }
  }
  throw new MetricError(
    `a ${target.source} metric has no such target; accepted: utilization or averageValue of pods, value or averageValue of others`,
  )
}
