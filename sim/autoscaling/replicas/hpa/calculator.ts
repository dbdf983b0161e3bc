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

/** Pods that have a sample that counts, and the others by the reason why not. Terminating and failed pods appear in none. */
interface Groups {
  readonly ready: readonly PodGroup[]
  readonly unready: readonly PodGroup[]
  readonly missing: readonly PodGroup[]
}

const countOf = (groups: readonly PodGroup[]): number => groups.reduce((sum, { count }) => sum + count, 0)
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

function grouped({ pods, target, readiness }: Observation): Groups {
  const groups = { ready: [] as PodGroup[], unready: [] as PodGroup[], missing: [] as PodGroup[] }
  for (const pod of pods) {
    if (pod.terminating || pod.phase === 'Failed') continue
    if (pod.phase === 'Pending') groups.unready.push(pod)
    else if (pod.usage === null) groups.missing.push(pod)
    else if (target.resource === 'cpu' && isStarting(pod, readiness)) groups.unready.push(pod)
    else groups.ready.push(pod)
  }
  return groups
}

/** A pod's value in a sum: its sample, or what is assumed of a pod without one that counts. */
interface Entry {
  readonly count: number
  readonly value: number
  /** Sum of its containers' requests. */
  readonly request: number
}

const requestOf = ({ requests }: PodGroup): number => requests.reduce((sum, request) => sum + request, 0)
const entries = (groups: readonly PodGroup[], valueOf: (pod: PodGroup) => number): Entry[] =>
  groups.map((pod) => ({ count: pod.count, value: valueOf(pod), request: requestOf(pod) }))

/** Ratio of the pods' values to the target; the numbers that the status shows. */
interface Ratio {
  readonly ratio: number
  readonly usage: number
  readonly utilization?: number
}

type RatioOf = (among: readonly Entry[]) => Ratio

function utilizationRatio(target: number): RatioOf {
  return (among) => {
    const pods = among.reduce((sum, { count }) => sum + count, 0)
    const total = among.reduce((sum, { count, value }) => sum + count * value, 0)
    const requests = among.reduce((sum, { count, request }) => sum + count * request, 0)
    if (requests === 0) throw new MetricError('no metrics returned matched known pods')
    const utilization = scaledQuotient(total, 100, requests)
    return { ratio: utilization / target, utilization, usage: Math.floor(total / pods) }
  }
}

function averageRatio(target: number): RatioOf {
  return (among) => {
    const pods = among.reduce((sum, { count }) => sum + count, 0)
    const usage = Math.floor(among.reduce((sum, { count, value }) => sum + count * value, 0) / pods)
    return { ratio: usage / target, usage }
  }
}

/** Metrics of the pods themselves: a ratio, corrected for pods without samples so that the answer errs on the side of no change. */
function byPods(observation: Observation, ratioOf: RatioOf, missingValue: (pod: PodGroup) => number): Proposal {
  const { currentReplicas, tolerances } = observation
  const { ready, unready, missing } = grouped(observation)
  const sampled = entries(ready, ({ usage }) => usage!)
  const shown = ratioOf(sampled)
  const { ratio } = shown
  const withUnready = unready.length > 0 && ratio > 1
  if (!withUnready && missing.length === 0) {
    return { replicas: isWithin(tolerances, ratio) ? currentReplicas : Math.ceil(ratio * countOf(ready)), ...shown }
  }
  const all = [...sampled]
  if (ratio < 1) all.push(...entries(missing, missingValue))
  else if (ratio > 1) all.push(...entries(missing, () => 0))
  if (withUnready) all.push(...entries(unready, () => 0))
  const corrected = ratioOf(all).ratio
  const flipped = (ratio < 1 && corrected > 1) || (ratio > 1 && corrected < 1)
  if (isWithin(tolerances, corrected) || flipped) return { replicas: currentReplicas, ...shown }
  const replicas = Math.ceil(corrected * all.reduce((sum, { count }) => sum + count, 0))
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
  const ready = countOf(pods.filter((pod) => pod.phase === 'Running' && pod.ready === true))
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

function refuseWithoutSamples(observation: Observation): void {
  const { pods, target } = observation
  const what = target.resource === undefined ? 'metric m' : `metrics for resource ${target.resource}`
  const api = target.resource === undefined ? 'custom' : 'resource'
  if (pods.every(({ usage }) => usage === null)) throw new MetricError(`unable to get ${what}: no metrics returned from ${api} metrics API`)
  if (pods.length === 0) throw new MetricError('no pods returned by selector while calculating replica count')
  if (grouped(observation).ready.length === 0) throw new MetricError('did not receive metrics for targeted pods (pods might be unready)')
}

function refuseWithoutRequests({ pods, target }: Observation): void {
  for (const { requests } of pods) {
    const container = requests.findIndex((request) => request < 0)
    if (container >= 0) throw new MetricError(`missing request for ${target.resource} in container c${container} of a pod`)
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
      refuseWithoutRequests(observation)
      const assumed = Math.max(100, target.utilization)
      return byPods(observation, utilizationRatio(target.utilization), (pod) => scaledQuotient(requestOf(pod), assumed, 100))
    }
  }
  throw new MetricError(
    `a ${target.source} metric has no such target; accepted: utilization or averageValue of pods, value or averageValue of others`,
  )
}
